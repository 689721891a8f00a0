#include "tune/search_folder.hpp"

#include <cinttypes>
#include <cmath>
#include <limits>
#include <utility>

#include "core/text.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/run/run_folder.hpp"

namespace gan {
namespace {

constexpr const char* kSetupFile = "search.yaml";
constexpr const char* kDiverged = "diverged";
constexpr const char* kFinal = "final";
constexpr std::size_t kResultColumns = 6;

std::string results_header(const Space& space) {
  std::string header = "trial,seed,rung,steps,score,seconds";
  for (const auto& dimension : space) header += "," + dimension.key;
  return header;
}

}  // namespace

SearchTrials::SearchTrials(const SearchSetup& setup) : recipe_(setup.recipe) {
  const auto table = option_table(recipe_);
  space_ = parse_space(setup.search.space, table);
  for (const auto& dimension : space_) {
    recipe_values_.push_back(value_text(find_option(table, dimension.key)));
  }
  trials_ = draw_trials(space_, recipe_values_, setup.search.trials,
                        static_cast<std::uint64_t>(recipe_.train.seed));
}

const Trial& SearchTrials::values(std::int64_t trial) const {
  return trial == 0 ? recipe_values_ : trials_[static_cast<std::size_t>(trial)];
}

Config SearchTrials::config(std::int64_t trial, std::int64_t repeat) const {
  Config config = recipe_;
  const Trial& chosen = values(trial);
  std::vector<Setting> settings;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    settings.push_back({space_[i].key, chosen[i], str("search.space, trial ", trial)});
  }
  apply_settings(option_table(config), settings);
  config.train.seed += repeat;
  check_config(config);
  return config;
}

SearchFolder::SearchFolder(std::filesystem::path root, bool resume) : root_(std::move(root)) {
  if (!resume && holds_anything(root_)) {
    throw usage_error(root_.string(), ": already holds files");
  }
  make_folders(root_ / "trials");
  lock_.emplace(root_);
  // Left half-written by a killed search.
  for (const auto& entry : std::filesystem::directory_iterator(root_)) {
    const auto target = target_of_temporary(entry.path());
    if (target == csv() || target == best() || target == root_ / kSetupFile) {
      std::filesystem::remove(entry.path());
    }
  }
}

std::filesystem::path SearchFolder::trial(const Job& job, const SearchSetup& setup) const {
  const std::string seed = str("-seed", setup.recipe.train.seed + job.repeat);
  return root_ / "trials" / (formatted("%03" PRId64, job.trial) + (job.repeat > 0 ? seed : ""));
}

void SearchFolder::save_setup(const SearchSetup& setup) const {
  SearchConfig search = setup.search;
  write_file(root_ / kSetupFile, "# gan-train: a search of gan-tune\n" +
                                     to_yaml(search_table(search)) + "# the recipe\n" +
                                     to_yaml(setup.recipe));
}

SearchSetup load_search(const std::filesystem::path& root) {
  const auto path = root / kSetupFile;
  if (!std::filesystem::exists(path)) {
    throw usage_error(path.string(), ": missing, so the folder holds no search to resume");
  }
  SearchSetup setup;
  auto table = option_table(setup.recipe);
  for (Option& row : search_table(setup.search)) table.push_back(std::move(row));
  auto parsed = read_settings(path);
  apply_settings(table, parsed.settings, std::move(parsed.mistakes));
  check_config(setup.recipe);
  return setup;
}

void SearchFolder::save_results(const SearchSetup& setup, const SearchTrials& trials,
                                const std::vector<JobResult>& results) const {
  std::string text = results_header(trials.space()) + '\n';
  for (const auto& [job, steps, score, seconds] : results) {
    const bool is_final = job.level == setup.search.rungs;
    text += str(job.trial, ",", setup.recipe.train.seed + job.repeat, ",",
                is_final ? kFinal : std::to_string(job.level + 1), ",", steps, ",",
                score_text(score), ",", formatted("%.1f", seconds));
    for (const auto& value : trials.values(job.trial)) text += "," + value;
    text += '\n';
  }
  write_file(csv(), text);
}

std::vector<JobResult> SearchFolder::load_results(const SearchSetup& setup,
                                                  const SearchTrials& trials) const {
  std::vector<JobResult> results;
  if (!std::filesystem::exists(csv())) return results;
  const auto lines = split(as_text(read_file(csv())), '\n');
  if (lines.empty() || lines[0] != results_header(trials.space())) {
    throw usage_error(csv().string(),
                      ": is not the table of this search; remove it to start again");
  }
  for (std::size_t i = 1; i < lines.size() && !lines[i].empty(); ++i) {
    const auto cells = split(lines[i], ',');
    const auto number = [&](std::size_t column) {
      return column < cells.size() ? parse_int(cells[column]) : std::nullopt;
    };
    const bool whole = cells.size() == kResultColumns + trials.space().size();
    const bool is_final = whole && cells[2] == kFinal;
    const auto rung = is_final ? setup.search.rungs + 1 : number(2).value_or(0);
    const bool diverged = whole && cells[4] == kDiverged;
    const auto score = diverged ? std::numeric_limits<double>::infinity()
                       : whole  ? parse_double(cells[4])
                                : std::nullopt;
    if (!whole || !number(0) || !number(1) || rung < 1 || !number(3) || !score) {
      throw usage_error(csv().string(), ":", i + 1, ": is not a row of this search; remove it");
    }
    results.push_back({{rung - 1, *number(0), *number(1) - setup.recipe.train.seed},
                       *number(3),
                       *score,
                       parse_double(cells[5]).value_or(0.0)});
  }
  return results;
}

std::string score_text(double score, int digits) {
  return std::isfinite(score) ? formatted("%.*g", digits, score) : kDiverged;
}

}  // namespace gan
