#include "tune/search.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "core/log.hpp"
#include "core/long_work.hpp"
#include "core/text.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/run/run.hpp"
#include "report/report.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

// Switches off what a trial does not need: the search measures it, and nobody looks at its
// pictures.
Config trial_settings(Config config) {
  config.output.dir.clear();
  config.output.checkpoint_every = 0;
  config.eval.every = 0;
  config.train.keep_best = KeepBest::kNone;
  config.train.stop_on_collapse = false;
  return config;
}

bool has_state(const RunFiles& files) {
  return fs::exists(files.state()) || fs::exists(files.previous_state());
}

std::string place_text(const RankedTrial& ranked, const SearchSetup& setup) {
  std::string text = "score " + score_text(ranked.score, kShownDigits);
  if (ranked.seeds > 1) {
    text += ", standard deviation " + score_text(ranked.spread, kShownDigits);
  }
  const auto seed = setup.recipe.train.seed;
  text += ranked.seeds > 1 ? str(" over seeds ", seed, " to ", seed + ranked.seeds - 1)
                           : str(" with seed ", seed);
  const double share = 100 * level_share(setup.search, ranked.level);
  return share < 100 ? text + str(", after ", std::round(share), " % of a run") : text;
}

}  // namespace

Search::Search(const SearchSetup& setup, const SearchTrials& trials, const SearchFolder& folder,
               const TrialScorer& scorer)
    : setup_(setup),
      trials_(trials),
      folder_(folder),
      scorer_(scorer),
      results_(folder.load_results(setup, trials)) {}

bool Search::run(const SearchHooks& hooks) {
  while (const auto job = next_job(setup_.search, results_)) {
    if (hooks.stop && hooks.stop()) return false;
    if (hooks.before) hooks.before(*job);
    const auto result = run_job(*job, hooks);
    if (!result) return false;
    results_.push_back(*result);
    folder_.save_results(setup_, trials_, results_);
    remove_states();
    save_best();
    if (hooks.after) hooks.after(*result);
  }
  return true;
}

// Returns nothing if it was stopped early.
std::optional<JobResult> Search::run_job(const Job& job, const SearchHooks& hooks) const {
  const auto start = std::chrono::steady_clock::now();
  const fs::path root = folder_.trial(job, setup_);
  const bool known = has_state(RunFiles(root));
  const RunFolder folder(root, known ? RunFolder::Open::kResume : RunFolder::Open::kOverwrite);
  Trainer trainer(trial_settings(trials_.config(job.trial, job.repeat)), scorer_.data().train);
  const std::int64_t target = level_steps(setup_.search, job.level, trainer.total_steps());
  JobResult result{.job = job, .steps = target, .score = std::numeric_limits<double>::infinity()};
  try {
    Run run(trainer, scorer_.data().train, folder, write_report);
    if (known) run.resume(find_state(root).path);
    Hooks watch;
    watch.on_step = [&](const LogRow& row) {
      if (hooks.on_step) hooks.on_step(job, row.step, target);
    };
    watch.stop = [&] { return trainer.steps_done() >= target || (hooks.stop && hooks.stop()); };
    // A run killed after its last step lacks only its result, but the end of a complete run is
    // repeated.
    if (trainer.steps_done() < target || target == trainer.total_steps()) run.train(watch);
    if (trainer.steps_done() < target) return std::nullopt;
    const auto score = parse_double(score_text(scorer_.score(trainer)));
    result.score = score.value_or(result.score);
  } catch (const Stopped&) {
    return std::nullopt;
  } catch (const Error& error) {
    // Only values that are not finite are the trial's own fault.
    if (error.exit_code() != Error::kFailed || trainer.is_finite()) throw;
    log::file_only(error.what());
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

// Eliminated trials keep the tables and pictures of their runs, but not the weights.
void Search::remove_states() const {
  const auto levels = known_levels(setup_.search, results_);
  if (levels.size() < 2) return;
  const auto& ahead = levels.back();
  for (const Job& job : levels[levels.size() - 2]) {
    const bool goes_on = std::any_of(ahead.begin(), ahead.end(),
                                     [&](const Job& next) { return next.trial == job.trial; });
    if (goes_on) continue;
    const RunFiles files(folder_.trial(job, setup_));
    fs::remove(files.state());
    fs::remove(files.previous_state());
  }
}

void Search::save_best() const {
  const auto places = ranking(setup_.search, results_);
  if (places.empty() || !std::isfinite(places.front().score)) return;
  const RankedTrial& best = places.front();
  std::string text = str("# Found by gan-tune among ", setup_.search.trials, " trials",
                         next_job(setup_.search, results_) ? ", before its search ended" : "", "; ",
                         scorer_.name(), " to ", scorer_.data().test.size(), " images held out of ",
                         scorer_.data().name, ".\n# This one, trial ", best.trial, ": ",
                         place_text(best, setup_), ".\n");
  for (const RankedTrial& ranked : places) {
    if (ranked.trial != 0 || best.trial == 0) continue;
    text += "# The recipe itself: " + place_text(ranked, setup_) + ".\n";
  }
  const Trial& values = trials_.values(best.trial);
  const Trial& recipe = trials_.values(0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] == recipe[i]) continue;
    text += "#   " + trials_.space()[i].key + ": " + recipe[i] + " -> " + values[i] + "\n";
  }
  Config config = trials_.config(best.trial);
  config.output.dir.clear();
  write_file(folder_.best(), text + to_yaml(config));
}

}  // namespace gan
