#include <algorithm>

#include <torch/types.h>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/preview.hpp"
#include "cli/progress.hpp"
#include "cli/signals.hpp"
#include "cli/summary.hpp"
#include "core/file.hpp"
#include "core/log.hpp"
#include "core/long_work.hpp"
#include "core/text.hpp"
#include "dist/mpi.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/io/checkpoint.hpp"
#include "gan_train/run/run.hpp"
#include "io/weights.hpp"
#include "report/report.hpp"
#include "train/device.hpp"
#include "train/loop_state.hpp"
#include "train/time_budget.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

struct TrainArguments {
  explicit TrainArguments(CLI::App& app);

  bool dry_run = false;
  JsonOutput json;
  bool overwrite = false;
  bool quiet = false;
  std::string resume;
  std::string init_from;
  std::string debug_dump;
  std::int64_t debug_steps = 20;
  double dist_timeout = 600;
  double minutes = 0;
  std::string preview;
  ConfigArguments config;
};

TrainArguments::TrainArguments(CLI::App& app) {
  config.declare(app);
  auto* dry = app.add_flag("--dry-run", dry_run,
                           "print the resolved config, data, layers and memory, then stop");
  json.declare(app)->needs(dry);
  app.add_flag("--overwrite", overwrite, "replace the run that --out holds");
  auto* resumed =
      app.add_option("--resume", resume, "resume the run in this folder")->type_name("DIR");
  app.add_option("--init-from", init_from,
                 "start with the weights of a checkpoint, PyTorch state_dict or safetensors file")
      ->type_name("FILE");
  auto* hush = add_quiet(app, quiet);
  app.add_option_function<std::string>(
         "--log-level", [](const std::string& name) { log::set_level(log::parse_level(name)); },
         "least severe messages to show")
      ->check(one_of({"debug", "info", "warning", "error", "off"}))
      ->excludes(hush);
  app.add_option("--dist-timeout", dist_timeout,
                 "under mpirun or srun: seconds to wait for another rank before the job ends")
      ->check(number_from(0.001, 1e9))
      ->capture_default_str();
  add_preview(app, preview);
  auto* dump =
      app.add_option("--debug-dump", debug_dump,
                     "write the initial weights and the inputs and results of a few steps, then "
                     "stop")
          ->type_name("DIR")
          ->excludes(dry)
          ->excludes(resumed);
  app.add_option("--debug-steps", debug_steps, "number of those steps (default 20)")
      ->check(number_from(1, 1000000))
      ->needs(dump);
  app.add_option("--minutes", minutes,
                 "train for about this many minutes instead of --epochs; a short trial finds how "
                 "many steps fit, and the run's config records them")
      ->check(number_from(0.001, 1e6))
      ->excludes(resumed)
      ->excludes(app.get_option("--train.epochs"))
      ->excludes(app.get_option("--train.steps_per_epoch"));
}

Config resumed_config(const ConfigArguments& flags, Config saved) {
  Config config = flags.apply(saved);
  const auto before = option_table(saved);
  const auto after = option_table(config);
  std::string differences;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const std::string from = value_text(before[i]);
    const std::string to = value_text(after[i]);
    if (from == to) continue;
    if (!may_change_at_resume(before[i], saved)) {
      differences += str("\n  ", before[i].key, ": ", from, " -> ", to);
      if (before[i].key == "train.epochs") {
        differences += " (optim.schedule or train.instance_noise depends on the run's length)";
      }
    } else if (before[i].key == "train.threads") {
      log::warning("train.threads changed from " + from + " to " + to +
                   ": the result may differ in the last bits");
    }
  }
  if (!differences.empty()) {
    throw usage_error("--resume: these differ from the run's own config:", differences,
                      "\nleave them out, or start a new run");
  }
  return config;
}

// Saves the weights and inputs of a few steps, to compare them with another program. All ranks run
// the steps; the first one writes the inputs of all ranks.
void dump_steps(Trainer& trainer, const fs::path& folder, std::int64_t steps) {
  const bool writes = trainer.ranks().is_first();
  if (writes) {
    make_folders(folder);
    write_file(folder / "config.yaml", to_yaml(trainer.config()));
    save_weights(folder / "init.pt", trainer);
  }
  for (std::int64_t i = 1; i <= steps; ++i) {
    NamedTensors tensors;
    if (writes) tensors = trainer.next_inputs();
    tensors.emplace_back("figures", mean_over_ranks(trainer.ranks(), trainer.step()));
    const std::string name = formatted("step_%04lld.pt", static_cast<long long>(i));
    if (writes) save_tensors(folder / name, tensors);
  }
  if (writes)
    log::info(str("wrote the weights and ", counted(steps, "step"), " to ", folder.string()));
}

bool should_stop() { return caught_signal() != 0; }

// The rank's communication costs, to judge whether more ranks would help.
std::string traffic_text(const Ranks& ranks, std::int64_t steps) {
  const Traffic traffic = ranks.traffic();
  const double each = 1.0 / static_cast<double>(std::max<std::int64_t>(1, steps));
  return formatted("sums over ranks: %.2f ms, %.2f MB and %.1f sums per step",
                   1e3 * traffic.seconds * each, 1e-6 * traffic.bytes * each,
                   static_cast<double>(traffic.sums) * each);
}

// Runs a rank other than the first: it trains and writes nothing.
int train_other_rank(Trainer& trainer) {
  catch_signals();
  LoopState state;
  Hooks hooks;
  hooks.stop = should_stop;
  hooks.on_nan = [&](const std::string&) {
    trainer.share_state();
    return true;
  };
  const std::int64_t before = trainer.steps_done();
  const bool complete = run_training(trainer, state, hooks);
  log::debug(traffic_text(trainer.ranks(), trainer.steps_done() - before));
  return complete || caught_signal() == 0 ? 0 : 128 + caught_signal();
}

int train(Run& run, const Trainer& trainer, const RunFolder& folder, bool quiet) {
  catch_signals();
  bool complete = false;
  const std::int64_t before = trainer.steps_done();
  try {
    const LongWorkLine line(quiet);
    Progress progress(trainer, quiet);
    Hooks watch;
    watch.on_step = [&](const LogRow& row) { progress.step(row, run.evaluation()); };
    watch.on_epoch = [&](const LogRow& row) { progress.epoch(row); };
    watch.stop = should_stop;
    complete = run.train(watch);
  } catch (const DiskFull& error) {
    throw Error(str(error.what(), ", then: gan-train --resume ", folder.root().string()));
  } catch (const Stopped&) {
    log::warning("stopped before the first step; nothing was trained");
    return 128 + caught_signal();
  }
  if (trainer.ranks().has_peers()) {
    log::info(traffic_text(trainer.ranks(), trainer.steps_done() - before));
  }
  if (complete) {
    log::info("done: " + folder.generator(trainer.config().train.epochs).string());
    return 0;
  }
  log::warning(str("stopped at step ", trainer.steps_done(), "; resume with: gan-train --resume ",
                   folder.root().string()));
  return 128 + caught_signal();
}

// Runs the first or only rank: it trains and writes the run.
int train_first_rank(Trainer& trainer, const Dataset& data, const TrainArguments& arguments,
                     const std::string& recipe, const fs::path& state) {
  const bool resuming = !arguments.resume.empty();
  fs::path root = resuming ? fs::path(arguments.resume) : fs::path(trainer.config().output.dir);
  if (root.empty()) root = new_run_folder(recipe);
  const auto how = resuming              ? RunFolder::Open::kResume
                   : arguments.overwrite ? RunFolder::Open::kOverwrite
                                         : RunFolder::Open::kNew;
  const bool may_resume = how == RunFolder::Open::kNew && holds_run(root);
  const std::string hint = str(resuming ? "" : "; choose another --out",
                               may_resume ? str(", resume the run with --resume ", root.string(),
                                                ", or replace the run with --overwrite")
                                          : "");
  const RunFolder folder = with_hint(hint, [&] { return RunFolder(root, how); });
  Run run(trainer, data, folder, write_report);
  if (resuming) {
    with_hint(str("; or start a new run from its weights with --init-from ", state.string()),
              [&] { run.resume(state); });
  }
  trainer.share_state();
  if (wants_preview(arguments.preview)) run.watch_samples(show_preview);
  return train(run, trainer, folder, arguments.quiet);
}

// Rejects contradictory arguments before anything is read.
void check_arguments(const TrainArguments& arguments) {
  wants_preview(arguments.preview);
  const bool resuming = !arguments.resume.empty();
  if (resuming && arguments.overwrite) {
    throw usage_error(
        "--resume: continues the run, --overwrite replaces it; leave out one of them");
  }
  if (resuming && fs::is_regular_file(arguments.resume)) {
    throw usage_error("--resume: ", arguments.resume, " is a file; name the run's folder");
  }
  if (resuming && !arguments.init_from.empty()) {
    throw usage_error("--resume: the run has its own weights; leave out --init-from");
  }
  if (!arguments.init_from.empty()) input_file(arguments.init_from);
}

Dataset load_data(const DataConfig& config, bool quiet) {
  const LongWorkLine line(quiet);
  Dataset data = load_dataset(config);
  if (config.dataset == DatasetKind::kAuto) {
    log::info(str(config.path, ": found data of the kind ", data.kind, " (data.dataset)"));
  }
  return data;
}

// Warnings that could save hours of training.
void warn_of_data(const Config& config, const Dataset& data) {
  for (const auto& warning : data_warnings(config, data)) log::warning(warning);
  if (const auto advice = few_images_advice(config, data); !advice.empty()) log::info(advice);
}

int run_train(TrainArguments& arguments) {
  check_arguments(arguments);
  const auto group = join_ranks(arguments.dist_timeout);
  Ranks& ranks = group ? *group : single_rank();
  if (ranks.has_peers()) log::set_rank_prefix(str("rank ", ranks.rank(), ": "));

  const bool resuming = !arguments.resume.empty();
  const SavedState saved = resuming ? find_state(arguments.resume) : SavedState();
  Config config =
      resuming ? resumed_config(arguments.config, saved.config) : arguments.config.apply();
  if (arguments.overwrite && config.output.dir.empty()) {
    throw usage_error("--overwrite: replaces the run in a folder; name it with --out");
  }
  if (!arguments.preview.empty() && config.output.sample_every == 0) {
    throw usage_error("--preview: shows grids, but output.sample_every = 0 makes none");
  }
  configure_process(config.train);
  const Dataset data = load_data(config.data, arguments.quiet);
  config.data.dataset = data.kind;
  if (arguments.minutes > 0) config = within_minutes(config, data, ranks, arguments.minutes);
  Trainer trainer(config, data, ranks);
  if (ranks.is_first()) {
    const Config recipe = arguments.config.recipe_config();
    for (const auto& warning : config_warnings(config, recipe)) log::warning(warning);
    if (!resuming) warn_of_data(config, data);
  }
  if (!arguments.init_from.empty()) {
    const bool both = init_from(arguments.init_from, trainer);
    log::info(str("starting with ", both ? "both networks" : "the generator", " of ",
                  arguments.init_from, both ? "" : "; the discriminator is new"));
  }
  if (arguments.dry_run) {
    if (ranks.is_first()) print_summary(trainer, data, arguments.json);
    return 0;
  }
  if (!arguments.debug_dump.empty()) {
    dump_steps(trainer, arguments.debug_dump, arguments.debug_steps);
    return 0;
  }
  if (ranks.is_first()) {
    return train_first_rank(trainer, data, arguments, arguments.config.recipe(), saved.path);
  }
  trainer.share_state();
  return train_other_rank(trainer);
}

}  // namespace

const Command kTrainCommand = {"train", "trains a GAN from a config or recipe",
                               declare<TrainArguments, run_train>,
                               "gan-train --config mnist_fast --data data/mnist --out run"};

}  // namespace gan
