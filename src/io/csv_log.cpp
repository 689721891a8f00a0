#include "gan_train/io/csv_log.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <vector>

#include "gan_train/core/error.hpp"
#include "gan_train/core/text.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

// The whole rows of a CSV, without its header: a crash may have torn the last.
std::vector<std::string> whole_rows(const fs::path& path, std::string_view header) {
  const Bytes bytes = read_file(path);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto end = text.rfind('\n');
  if (end == std::string_view::npos) return {};
  auto rows = split(text.substr(0, end), '\n');
  if (!rows.empty()) rows.erase(rows.begin());
  const auto commas = std::count(header.begin(), header.end(), ',');
  std::erase_if(rows, [&](const std::string& row) {
    return std::count(row.begin(), row.end(), ',') != commas;
  });
  return rows;
}

std::int64_t step_of(const std::string& row) { return parse_int(split(row, ',')[1]).value_or(0); }

template <typename... Args>
std::string print(const char* format, Args... args) {
  char text[256];
  std::snprintf(text, sizeof text, format, args...);
  return text;
}

}  // namespace

CsvLog::CsvLog(const fs::path& path, std::string_view header, std::int64_t step) {
  std::string kept = std::string(header) + '\n';
  if (step > 0 && fs::exists(path)) {
    for (const auto& row : whole_rows(path, header)) {
      if (step_of(row) <= step) kept += row + '\n';
    }
  }
  write_file(path, kept);
  file_ = std::make_unique<AppendFile>(path);
}

std::vector<double> read_column(const fs::path& path, std::string_view header,
                                std::string_view name) {
  const auto names = split(header, ',');
  const auto column = std::find(names.begin(), names.end(), name) - names.begin();
  std::vector<double> values;
  for (const auto& row : whole_rows(path, header)) {
    const auto cells = split(row, ',');
    values.push_back(parse_double(cells[static_cast<std::size_t>(column)])
                         .value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  return values;
}

std::string loss_row(const LogRow& row) {
  const RunningFigures& f = row.figures;
  return print("%lld,%lld,%.6f,%.6f,%.6f,%.6f,%.3f,%.1f", static_cast<long long>(row.epoch),
               static_cast<long long>(row.step), f.mean(kDLoss), f.mean(kGLoss), f.mean(kDReal),
               f.mean(kDFake), f.seconds, row.images_per_second);
}

std::string health_row(const LogRow& row, const HealthFigures& f) {
  return print("%lld,%lld,%.6f,%.6f,%.6g,%.6g,%.6f", static_cast<long long>(row.epoch),
               static_cast<long long>(row.step), f.d_real, f.d_fake, f.d_grad_norm, f.g_grad_norm,
               f.diversity);
}

Plot loss_plot(const fs::path& csv) {
  const auto column = [&](std::string_view name) { return read_column(csv, kLossHeader, name); };
  Plot plot{.title = "Losses",
            .x_label = "epoch",
            .y_label = "loss",
            .x = column("epoch"),
            .series = {{"discriminator", column("d_loss")}, {"generator", column("g_loss")}}};
  const auto twentieth = static_cast<std::int64_t>(plot.x.size() / 20);
  if (twentieth > 1) {
    plot.smooth = twentieth / 2 * 2 + 1;
    plot.title += str(", and their mean over ", plot.smooth, " epochs");
  }
  return plot;
}

}  // namespace gan
