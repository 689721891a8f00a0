#include "run/csv_log.hpp"

#include <algorithm>
#include <cinttypes>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "core/json.hpp"
#include "core/text.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

std::optional<std::int64_t> step_in(std::string_view row) { return parse_int(split(row, ',')[1]); }

// Adds the cells of a row, except for columns that are already there.
void add_cells(Json& object, std::string_view header, std::string_view row) {
  const auto names = split(header, ',');
  const auto cells = split(row, ',');
  for (std::size_t i = 0; i < names.size(); ++i) object.emplace(names[i], json_number(cells[i]));
}

}  // namespace

Json row_json(std::string_view header, std::string_view row) {
  Json object = Json::object();
  add_cells(object, header, row);
  return object;
}

CsvRows::CsvRows(const fs::path& path, std::string_view header) : bytes_(read_file(path)) {
  auto text = as_text(bytes_);
  const auto take_line = [&] {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return trim(line);
  };
  const auto whole = text.rfind('\n') + 1;  // 0 if there is none
  if (text.size() > whole) ++incomplete_;
  text = text.substr(0, whole);
  header_ = text.empty() ? "" : take_line();
  if (!header.empty()) header_ = header;
  const auto commas = std::count(header_.begin(), header_.end(), ',');
  while (!text.empty()) {
    const auto row = take_line();
    const bool fits = std::count(row.begin(), row.end(), ',') == commas;
    fits ? rows_.push_back(row) : void(++incomplete_);
  }
}

CsvLog::CsvLog(const fs::path& path, std::string_view header, std::int64_t step, EventFile* events)
    : events_(events) {
  for (const auto& name : split(header, ',')) tags_.push_back(path.stem().string() + "/" + name);
  std::string kept = std::string(header) + '\n';
  if (step > 0 && fs::exists(path)) {
    for (const auto row : CsvRows(path, header)) {
      const auto its = step_in(row);
      if (its && *its <= step) (kept += row) += '\n';
    }
  }
  write_file(path, kept);
  file_ = std::make_unique<AppendFile>(path);
}

void CsvLog::add(const std::string& row) {
  file_->line(row);
  if (events_ == nullptr) return;
  const auto cells = split(row, ',');
  EventFile::Scalars scalars;
  for (std::size_t i = 2; i < std::min(cells.size(), tags_.size()); ++i) {
    if (const auto value = parse_double(cells[i])) scalars.emplace_back(tags_[i], *value);
  }
  events_->add_scalars(step_in(row).value_or(0), scalars);
}

std::vector<double> read_column(const fs::path& path, std::string_view header,
                                std::string_view name) {
  const auto names = split(header, ',');
  const auto column = std::find(names.begin(), names.end(), name) - names.begin();
  std::vector<double> values;
  for (const auto row : CsvRows(path, header)) {
    const auto cells = split(row, ',');
    values.push_back(parse_double(cells[static_cast<std::size_t>(column)])
                         .value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  return values;
}

std::string loss_row(const LogRow& row) {
  const StepMetrics& m = row.metrics;
  return formatted("%" PRId64 ",%" PRId64 ",%.6f,%.6f,%.6f,%.6f,%.3f,%.1f", row.epoch, row.step,
                   m.d_loss, m.g_loss, m.d_real, m.d_fake, row.seconds, row.images_per_second);
}

std::string health_row(const LogRow& row, double diversity) {
  const StepMetrics& m = row.metrics;
  return formatted("%" PRId64 ",%" PRId64 ",%.6f,%.6f,%.6g,%.6g,%.6f", row.epoch, row.step,
                   m.d_real, m.d_fake, m.d_grad_norm, m.g_grad_norm, diversity);
}

std::string json_line(std::span<const TableRow> rows) {
  Json object = Json::object();
  for (const auto& [header, row] : rows) add_cells(object, header, row);
  return to_json_line(object);
}

std::string json_lines(std::span<const fs::path> csvs) {
  std::vector<std::unique_ptr<CsvRows>> tables;
  std::map<std::int64_t, std::vector<TableRow>> by_step;
  for (const fs::path& csv : csvs) {
    if (!fs::exists(csv)) continue;
    const auto& table = *tables.emplace_back(std::make_unique<CsvRows>(csv));
    if (!table.header().starts_with("epoch,step,")) continue;
    for (const auto row : table) {
      by_step[step_in(row).value_or(0)].push_back({table.header(), row});
    }
  }
  std::string lines;
  for (const auto& [step, rows] : by_step) lines += json_line(rows) + '\n';
  return lines;
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
