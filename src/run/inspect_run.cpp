#include "run/inspect_run.hpp"

#include <nlohmann/json.hpp>

#include "config/facts.hpp"
#include "core/text.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/run/run_folder.hpp"
#include "run/csv_log.hpp"

namespace gan {
namespace {

// The last complete row of a log, keyed by its header; null if there is none.
Json last_row(const std::filesystem::path& csv) {
  if (!std::filesystem::exists(csv)) return {};
  const CsvRows rows(csv);
  if (rows.size() == 0) return {};
  return row_json(rows.header(), rows[rows.size() - 1]);
}

}  // namespace

Json inspect_run(const std::filesystem::path& folder) {
  const RunFiles files(folder);
  if (!std::filesystem::is_regular_file(files.config())) {
    throw usage_error(folder.string(), ": holds no config.yaml, so it is not the folder of a run");
  }
  const Config config = load_config(files.config());
  Json generators = Json::array();
  for (const auto& generator : files.generators()) generators.push_back(generator.first);
  Json present = Json::object();
  for (const RunFile& file : files.present()) present[std::string(file.name)] = file.content;
  return {{"kind", "run"},
          {"epochs", config.train.epochs},
          {"last_epoch", last_row(files.losses_csv())},
          {"last_evaluation", last_row(files.metrics_csv())},
          {"generators_of_epochs", generators},
          {"has_best", std::filesystem::exists(files.best())},
          {"can_be_resumed", std::filesystem::exists(files.state())},
          {"files", present},
          {"config", differences_from_defaults(config)}};
}

}  // namespace gan
