#include <chrono>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include <torch/types.h>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/signals.hpp"
#include "cli/tune_progress.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/run/run_folder.hpp"
#include "train/device.hpp"
#include "tune/search.hpp"
#include "tune/tables.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct TuneArguments {
  explicit TuneArguments(CLI::App& app);

  std::string resume;
  std::string budget;
  std::vector<std::string> space;
  std::vector<Setting> search;
  bool dry_run = false;
  JsonOutput json;
  bool verbose = false;
  bool quiet = false;
  ConfigArguments config;
};

constexpr const char* kTuneFooter =
    "Trials train like any run, each in its own folder, on the data without the images held out. "
    "Trial 0 is the recipe itself and stays in to the end. Without --space, the search tries:\n"
    "  optim.lr, optim.discriminator_lr  a quarter to four times the recipe's value\n"
    "  optim.beta1                       0, 0.5\n"
    "  train.ema                         0, 0.99, 0.995, 0.999\n"
    "  loss.kind                         bce, hinge, relativistic; wasserstein, lsgan and losses "
    "with the recipe's own labels are kept\n"
    "  loss.penalty and its weight       none, or r1 of weight 0.1 to 10; another penalty of the "
    "recipe is kept, with a tenth to ten times its weight\n"
    "The score is the Fréchet distance of gan-eval or, for points and data without labels, the "
    "sliced Wasserstein distance. See docs/tuning.md.";

TuneArguments::TuneArguments(CLI::App& app) {
  app.footer(kTuneFooter);
  config.declare(app);
  app.add_option("--budget", budget, "stop after this time, such as 90s, 30m or 1h30m")
      ->type_name("TIME");
  app.add_option("--space", space,
                 "what to try: KEY=A,B,… or KEY=LOW..HIGH or KEY=LOW..HIGH:log (repeatable)")
      ->type_name("SPEC")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  SearchConfig defaults;
  for (const Option& option : search_table(defaults)) {
    const std::string flag = "--" + option.key.substr(option.key.find('.') + 1);
    if (flag == "--space") continue;
    app.add_option_function<std::string>(
           flag,
           [this, key = option.key, flag](const std::string& value) {
             this->search.push_back({key, value, flag});
           },
           str(option.help, " (default ", value_text(option), ")"))
        ->type_name("N")
        ->default_str(value_text(option));
  }
  app.add_option("--resume", resume, "resume the search in this folder")->type_name("DIR");
  app.add_flag("--dry-run", dry_run, "print the space and the plan, then stop");
  json.declare(app);
  auto* talk = app.add_flag("-v,--verbose", verbose, "also show the output of the trials");
  add_quiet(app, quiet, "print the table, warnings and errors only")->excludes(talk);
}

// In seconds; infinite without --budget.
double read_budget(const std::string& text) {
  if (text.empty()) return std::numeric_limits<double>::infinity();
  const auto seconds = parse_duration(text);
  if (!seconds || *seconds <= 0) {
    throw usage_error("--budget: '", text,
                      "' is not a duration; write 90s, 30m or 1h30m, for example");
  }
  return *seconds;
}

SearchSetup new_setup(const TuneArguments& arguments) {
  SearchSetup setup;
  setup.recipe = arguments.config.apply();
  setup.search.trials = arguments.budget.empty() ? setup.search.trials : 0;
  apply_settings(search_table(setup.search), arguments.search);
  if (arguments.budget.empty() && setup.search.trials == 0) {
    throw usage_error("--trials 0: the number of trials depends on --budget; give that too");
  }
  setup.search.space =
      arguments.space.empty() ? default_space(setup.recipe) : join(arguments.space, "; ");
  parse_space(setup.search.space, option_table(setup.recipe));
  return setup;
}

SearchSetup resumed_setup(const TuneArguments& arguments) {
  if (!arguments.config.empty() || !arguments.space.empty() || !arguments.search.empty()) {
    throw usage_error("--resume: recipe, space and plan come from the folder; with it give only ",
                      "--budget, or start a new search");
  }
  return load_search(arguments.resume);
}

// The number of trials that probably fit into the budget, estimated from a few steps of the recipe
// and one scoring.
std::int64_t trials_within(double budget, const SearchSetup& setup, const TrialScorer& scorer) {
  constexpr double kShare = 0.8;    // share of the budget to plan for, so that the search completes
  constexpr double kExtra = 1.2;    // factor for pictures, tables and states, on top of the steps
  constexpr double kSeconds = 2.0;  // duration of the timing
  Trainer trainer(setup.recipe, scorer.data().train);
  // The first steps are slower than later ones.
  const std::int64_t skipped = std::min<std::int64_t>(3, trainer.total_steps() - 1);
  std::int64_t timed = 0;
  auto start = Clock::now();
  while (trainer.steps_done() < trainer.total_steps() && seconds_since(start) < kSeconds) {
    trainer.step().cpu();
    if (trainer.steps_done() <= skipped) start = Clock::now();
    timed = trainer.steps_done() - skipped;
  }
  const double step = seconds_since(start) / static_cast<double>(std::max<std::int64_t>(1, timed));
  start = Clock::now();
  scorer.score(trainer);
  const double run = kExtra * step * static_cast<double>(trainer.total_steps());
  const double measure = seconds_since(start);
  const auto n = affordable_trials(setup.search, run, measure, kShare * budget);
  SearchConfig search = setup.search;
  search.trials = n;
  const double whole =
      run * search_cost(search).runs + measure * static_cast<double>(search_cost(search).jobs);
  log::info(str(n, " trials: a run takes about ", std::llround(run), " s here, and the search ",
                std::llround(whole), " s"));
  if (whole > budget) {
    log::warning(
        "the budget is too short for this recipe: the search will not finish; lower --epochs or "
        "--repeats, or raise --budget");
  }
  return n;
}

// Reports values that can't be trained together before any time is spent.
void check_trials(const SearchTrials& trials, const Dataset& data) {
  for (std::int64_t i = 0; i < trials.size(); ++i) {
    try {
      const Trainer trainer(trials.config(i), data);
    } catch (const Error& error) {
      std::string values;
      for (std::size_t k = 0; k < trials.space().size(); ++k) {
        values += " " + trials.space()[k].key + "=" + trials.values(i)[k];
      }
      throw Error(str("trial ", i, " (", trim(values), ") cannot be trained: ", error.what()),
                  error.exit_code());
    }
  }
}

void print_whole(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

// Runs the rest of the search; returns the exit code.
int run_search(const TuneArguments& arguments, const SearchSetup& setup, const SearchTrials& trials,
               const SearchFolder& folder, const TrialScorer& scorer, Clock::time_point deadline) {
  Search work(setup, trials, folder, scorer);
  catch_signals();
  bool complete = false;
  {
    const LongWorkLine line(/*quiet=*/true);
    TuneProgress progress(setup, folder, arguments.quiet, arguments.verbose);
    complete = work.run({.before = [&](const Job&) { progress.before(); },
                         .on_step = [&](const Job& job, std::int64_t step,
                                        std::int64_t of) { progress.step(job, step, of); },
                         .after = [&](const JobResult& result) { progress.after(result); },
                         .stop = [&] { return caught_signal() != 0 || Clock::now() > deadline; }});
  }
  const bool found = fs::exists(folder.best());
  if (!arguments.json.is_printed()) {
    print_whole(ranking_text(setup, trials, work.results(), scorer.name()));
  }
  arguments.json.put(to_json(Json{{"score", scorer.name()},
                                  {"complete", complete},
                                  {"best", found ? Json(folder.best().string()) : Json()},
                                  {"standings", ranking_json(setup, trials, work.results())}}));
  if (found) log::info((complete ? "wrote " : "best so far: ") + folder.best().string());
  const std::string how = "gan-tune --resume " + folder.root().string();
  if (caught_signal() != 0) {
    log::warning("stopped; resume with: " + how);
    return 128 + caught_signal();
  }
  if (!complete) log::warning("the budget is used up; resume with: " + how + " --budget TIME");
  if (!found) {
    throw run_error(complete ? "all trials diverged; try lower learning rates"
                             : "the budget ended before any trial was scored; raise --budget");
  }
  return 0;
}

int run_tune(TuneArguments& arguments) {
  const auto start = Clock::now();
  const double budget = read_budget(arguments.budget);
  const bool resuming = !arguments.resume.empty();
  SearchSetup setup = resuming ? resumed_setup(arguments) : new_setup(arguments);
  configure_process(setup.recipe.train);

  const auto show_plan = [&](const SearchTrials& trials) {
    if (!arguments.json.is_printed()) print_whole(plan_text(setup, trials) + '\n');
    if (arguments.dry_run) arguments.json.put(to_json(plan_json(setup, trials)));
    return 0;
  };
  // If the budget determines the number of trials, even the plan needs the data.
  if (arguments.dry_run && setup.search.trials > 0) return show_plan(SearchTrials(setup));

  fs::path root = resuming ? fs::path(arguments.resume) : fs::path(setup.recipe.output.dir);
  if (root.empty() && !arguments.dry_run)
    root = new_run_folder("tune-" + arguments.config.recipe());
  std::optional<SearchFolder> folder;
  // Before the data are read, so that a wrong folder is reported at once.
  const std::string hint = "; choose another --out, or resume a search there with --resume ";
  if (!arguments.dry_run) {
    with_hint(resuming ? "" : hint + root.string(),
              [&] { return &folder.emplace(root, resuming); });
  }

  const TrialScorer scorer(setup);
  if (setup.search.trials == 0) {
    setup.search.trials = trials_within(budget - seconds_since(start), setup, scorer);
  }
  const SearchTrials trials(setup);
  if (trials.size() < setup.search.trials) {
    log::info("the space holds only " + counted(trials.size(), "trial"));
    setup.search.trials = trials.size();
  }
  if (arguments.dry_run) return show_plan(trials);
  if (!resuming) {
    check_trials(trials, scorer.data().train);
    folder->save_setup(setup);
  }
  if (!arguments.quiet) show_plan(trials);
  const auto left = std::chrono::duration<double>(std::min(budget, 1e9));
  const auto deadline = start + std::chrono::duration_cast<Clock::duration>(left);
  return run_search(arguments, setup, trials, *folder, scorer, deadline);
}

}  // namespace

const Command kTuneCommand = {
    "tune", "searches for better settings of a config by successive halving",
    declare<TuneArguments, run_tune>, "gan-tune -c mnist_fast --data data/mnist --budget 30m"};

}  // namespace gan
