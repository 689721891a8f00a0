#include <algorithm>

#include "gan_train/config/facts.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/core/text.hpp"
#include "gan_train/io/csv_log.hpp"

#include "inspect.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

// The last whole row of a log by its header's names; null where there is none.
Json last_row(const fs::path& csv) {
  if (!fs::exists(csv)) return {};
  const Bytes bytes = read_file(csv);
  const std::string text(bytes.begin(), bytes.end());
  const std::string header = text.substr(0, text.find('\n'));
  JsonObject row;
  for (const auto& name : split(header, ',')) {
    const auto column = read_column(csv, header, name);
    if (column.empty()) return {};
    const bool counts = name == "epoch" || name == "step" || name == "samples";
    row.push_back({name, counts ? Json(static_cast<std::int64_t>(column.back())) : column.back()});
  }
  return row;
}

std::vector<std::int64_t> kept_generators(const fs::path& checkpoints) {
  std::vector<std::int64_t> epochs;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(checkpoints, code)) {
    const std::string stem = entry.path().stem().string();
    if (entry.path().extension() != ".pt" || !stem.starts_with("g_")) continue;
    if (const auto epoch = parse_int(std::string_view(stem).substr(2))) epochs.push_back(*epoch);
  }
  std::sort(epochs.begin(), epochs.end());
  return epochs;
}

}  // namespace

JsonObject inspect_run(const fs::path& folder) {
  const fs::path file = folder / "config.yaml";
  if (!fs::is_regular_file(file)) {
    throw usage_error(folder.string(), ": holds no config.yaml, so it is not the folder of a run");
  }
  const Config config = load_config(file);
  const fs::path checkpoints = folder / "checkpoints";
  return {{"kind", "run"},
          {"epochs", config.train.epochs},
          {"last_epoch", last_row(folder / "losses.csv")},
          {"last_evaluation", last_row(folder / "metrics.csv")},
          {"generators_of_epochs", kept_generators(checkpoints)},
          {"has_best", fs::exists(checkpoints / "best.pt")},
          {"can_be_resumed", fs::exists(checkpoints / "last.pt")},
          {"config", differences_from_defaults(config)}};
}

}  // namespace gan
