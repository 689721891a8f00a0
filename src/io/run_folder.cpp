#include "gan_train/io/run_folder.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "gan_train/core/error.hpp"
#include "gan_train/core/text.hpp"
#include "gan_train/formats/image.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHeader =
    "epoch,step,d_loss,g_loss,d_real,d_fake,seconds,images_per_second";
constexpr std::size_t kColumns = 8;

bool holds_anything(const fs::path& folder) {
  if (!fs::exists(folder)) return false;
  if (!fs::is_directory(folder)) return true;
  return std::any_of(
      fs::directory_iterator(folder), fs::directory_iterator(),
      [](const auto& entry) { return entry.path().filename() != FolderLock::kName; });
}

// Only what a run of ours is known to leave.
void remove_old_run(const RunFolder& folder) {
  for (const auto& file : {folder.config(), folder.losses_csv(), folder.steps_csv(),
                           folder.losses_png(), folder.log()}) {
    fs::remove(file);
  }
  for (const auto& [name, start, end] :
       {std::array<std::string_view, 3>{"samples", "epoch_", ".png"},
        {"checkpoints", "g_", ".pt"},
        {"checkpoints", "last", ".pt"}}) {
    if (!fs::is_directory(folder.root() / name)) continue;
    for (const auto& entry : fs::directory_iterator(folder.root() / name)) {
      const std::string file = entry.path().filename().string();
      if (file.starts_with(start) && file.ends_with(end)) fs::remove(entry.path());
    }
  }
}

// What --overwrite may clear: nothing yet, or a folder whose config a run of ours wrote.
void check_is_run(const RunFolder& folder) {
  if (!holds_anything(folder.root())) return;
  constexpr std::string_view kMark = "# gan-train";
  if (fs::is_regular_file(folder.config())) {
    const Bytes config = read_file(folder.config());
    const std::string_view text(reinterpret_cast<const char*>(config.data()), config.size());
    if (text.starts_with(kMark)) return;
  }
  throw usage_error(folder.root().string(),
                    ": holds files, but no run of gan-train to overwrite; choose another --out");
}

// The rows of a loss CSV that are whole, without its header.
std::vector<std::string> whole_rows(const fs::path& path) {
  const Bytes bytes = read_file(path);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto end = text.rfind('\n');
  if (end == std::string_view::npos) return {};
  auto rows = split(text.substr(0, end), '\n');
  if (!rows.empty()) rows.erase(rows.begin());
  std::erase_if(rows, [](const std::string& row) { return split(row, ',').size() != kColumns; });
  return rows;
}

std::int64_t step_of(const std::string& row) { return parse_int(split(row, ',')[1]).value_or(0); }

}  // namespace

RunFolder::RunFolder(fs::path root, Open how) : root_(std::move(root)) {
  if (how == Open::kNew && holds_anything(root_)) {
    throw usage_error(root_.string(),
                      ": already holds files; choose another --out, go on with "
                      "--resume ",
                      root_.string(), ", or replace the run with --overwrite");
  }
  make_folders(root_);
  lock_.emplace(root_);
  if (how == Open::kOverwrite) {
    check_is_run(*this);
    remove_old_run(*this);
  }
  make_folders(root_ / "samples");
  make_folders(root_ / "checkpoints");
}

fs::path RunFolder::sample(std::int64_t epoch) const {
  char name[32];
  std::snprintf(name, sizeof name, "epoch_%04lld.png", static_cast<long long>(epoch));
  return root_ / "samples" / name;
}

fs::path RunFolder::generator(std::int64_t epoch) const {
  return root_ / "checkpoints" / str("g_", epoch, ".pt");
}

LossLog::LossLog(const fs::path& path, std::int64_t step) {
  std::string kept = std::string(kHeader) + '\n';
  if (step > 0 && fs::exists(path)) {
    for (const auto& row : whole_rows(path)) {
      if (step_of(row) <= step) kept += row + '\n';
    }
  }
  write_file(path, kept);
  file_ = std::make_unique<AppendFile>(path);
}

void LossLog::add(const LogRow& row) {
  const RunningFigures& f = row.figures;
  char text[256];
  std::snprintf(text, sizeof text, "%lld,%lld,%.6f,%.6f,%.6f,%.6f,%.3f,%.1f",
                static_cast<long long>(row.epoch), static_cast<long long>(row.step), f.mean(kDLoss),
                f.mean(kGLoss), f.mean(kDReal), f.mean(kDFake), f.seconds, row.images_per_second);
  file_->line(text);
}

Bytes plot_losses(const fs::path& csv) {
  Plot plot{.title = "Losses",
            .x_label = "epoch",
            .y_label = "loss",
            .x = {},
            .series = {{"discriminator", {}}, {"generator", {}}}};
  for (const auto& row : whole_rows(csv)) {
    const auto cells = split(row, ',');
    plot.x.push_back(parse_double(cells[0]).value_or(0.0));
    plot.series[0].y.push_back(parse_double(cells[2]).value_or(0.0));
    plot.series[1].y.push_back(parse_double(cells[3]).value_or(0.0));
  }
  return plot_png(plot);
}

}  // namespace gan
