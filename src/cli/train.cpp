#include <ctime>
#include <set>

#include <torch/torch.h>

#include "gan_train/core/error.hpp"
#include "gan_train/core/log.hpp"
#include "gan_train/core/version.hpp"
#include "gan_train/formats/image.hpp"
#include "gan_train/io/checkpoint.hpp"
#include "gan_train/io/run_folder.hpp"
#include "gan_train/io/sample_writer.hpp"
#include "gan_train/train/sample.hpp"

#include "arguments.hpp"
#include "commands.hpp"
#include "progress.hpp"
#include "signals.hpp"
#include "summary.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

struct TrainArguments {
  bool dry_run = false;
  bool overwrite = false;
  bool quiet = false;
  std::string resume;
  std::string debug_dump;
  std::int64_t debug_steps = 20;
  std::string log_level = "info";
};

void add_arguments(CLI::App& app, TrainArguments& arguments) {
  app.add_flag("--dry-run", arguments.dry_run,
               "print the resolved config, data, layers and memory, then stop");
  app.add_flag("--overwrite", arguments.overwrite, "replace the run that --out holds");
  app.add_option("--resume", arguments.resume, "go on with the run in this folder")
      ->type_name("DIR");
  app.add_flag("-q,--quiet", arguments.quiet, "show warnings and errors only");
  app.add_option("--log-level", arguments.log_level, "debug, info, warning, error or off");
  app.add_option("--debug-dump", arguments.debug_dump,
                 "write the initial weights and what each of a few steps used, then stop")
      ->type_name("DIR");
  app.add_option("--debug-steps", arguments.debug_steps, "how many steps that is")
      ->check(CLI::PositiveNumber);
}

std::string date_time() {
  char text[32];
  const std::time_t now = std::time(nullptr);
  std::strftime(text, sizeof text, "%Y%m%d-%H%M%S", std::localtime(&now));
  return text;
}

// What may change when a run goes on: how long, where, and what is shown of it.
bool may_change_at_resume(const std::string& key) {
  static const std::set<std::string> kFree = {"train.epochs", "train.device", "train.threads",
                                              "data.path",    "data.labels",  "data.max_mib"};
  return kFree.contains(key) || (key.starts_with("output.") && key != "output.dir");
}

Config resumed_config(const ConfigArguments& flags, const fs::path& state) {
  Config saved = load_checkpoint_config(state);
  Config config = saved;
  flags.apply(config);
  const auto before = option_table(saved);
  const auto after = option_table(config);
  std::string differences;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const std::string from = value_text(before[i]);
    const std::string to = value_text(after[i]);
    if (from == to) continue;
    if (!may_change_at_resume(before[i].key)) {
      differences += str("\n  ", before[i].key, ": ", from, " -> ", to);
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

// Weights and inputs of a few steps, for checking them against another program.
void dump_steps(Trainer& trainer, const fs::path& folder, std::int64_t steps) {
  make_folders(folder);
  write_file(folder / "config.yaml", to_yaml(trainer.config()));
  save_weights(folder / "init.pt", trainer);
  for (std::int64_t i = 1; i <= steps; ++i) {
    StepRecord record;
    const auto figures = trainer.step(&record);
    record.emplace_back("figures", figures);
    char name[32];
    std::snprintf(name, sizeof name, "step_%04lld.pt", static_cast<long long>(i));
    save_record(folder / name, record);
  }
  log::info(str("wrote the weights and ", steps, " steps to ", folder.string()));
}

// One run into one folder: what is done between the steps.
class Run {
 public:
  Run(Trainer& trainer, const Dataset& data, const fs::path& root, RunFolder::Open how, bool quiet)
      : trainer_(trainer),
        data_(data),
        folder_(root, how),
        fixed_latents_(draw_latents(trainer.config().model, trainer.config().output.samples,
                                    static_cast<std::uint64_t>(trainer.config().train.seed),
                                    Stream::kFixedLatents, 0)),
        quiet_(quiet) {
    if (how == RunFolder::Open::kResume) resume();
    log::open_file(folder_.log());
    write_file(folder_.config(), to_yaml(trainer.config()));
  }

  int train();

 private:
  void resume();
  void after_epoch(const LogRow& row);
  void save_samples(std::int64_t epoch);
  int finish(bool complete);

  const OutputConfig& output() const { return trainer_.config().output; }

  Trainer& trainer_;
  const Dataset& data_;
  RunFolder folder_;
  torch::Tensor fixed_latents_;
  bool quiet_;
  LoopState loop_;
};

void Run::resume() {
  load_state(folder_.state(), trainer_, loop_);
  if (trainer_.steps_done() <= trainer_.total_steps()) return;
  throw usage_error("--resume: the run has done ", trainer_.steps_done(), " steps, more than the ",
                    trainer_.total_steps(), " of train.epochs = ", trainer_.config().train.epochs);
}

void Run::save_samples(std::int64_t epoch) {
  const auto images = generate(trainer_.sampling_generator(), fixed_latents_);
  const fs::path path = folder_.sample(epoch);
  if (trainer_.shape().is_point()) {
    if (!can_plot()) return;
    const auto real =
        data_.samples.narrow(0, 0, std::min(data_.size(), images.size(0))).contiguous();
    const auto points = [](const torch::Tensor& t) {
      const auto* xy = t.const_data_ptr<float>();
      return std::vector<float>(xy, xy + t.numel());
    };
    write_file(path,
               scatter_png(points(real), points(images.contiguous()), 1.0, str("Epoch ", epoch)));
    return;
  }
  const auto pixels = to_pixels(images, trainer_.config().data.range);
  const GridOptions grid{.columns = output().sample_columns,
                         .scale = output().sample_scale,
                         .dark_on_light = output().dark_on_light};
  const ByteView bytes(pixels.const_data_ptr<std::uint8_t>(), pixels.nbytes());
  write_file(path, encode_png(image_grid(bytes, trainer_.shape(), grid)));
}

void Run::after_epoch(const LogRow& row) {
  const std::int64_t epochs = trainer_.config().train.epochs;
  const bool is_last = row.epoch == epochs;
  const auto due = [&](std::int64_t every) { return every > 0 && row.epoch % every == 0; };
  if (output().sample_every > 0 && (due(output().sample_every) || is_last)) save_samples(row.epoch);
  if (can_plot()) write_file(folder_.losses_png(), plot_losses(folder_.losses_csv()));
  if (due(output().checkpoint_every) || is_last) {
    save_generator(folder_.generator(row.epoch), trainer_);
  }
  save_state(folder_.state(), trainer_, loop_);
}

int Run::train() {
  log::info(str("gan-train ", kVersion, ": ", data_.size(), " items of ", to_string(data_.shape),
                ", ", trainer_.steps_per_epoch(), " steps an epoch on ", trainer_.device().str(),
                ", ", at::get_num_threads(), " threads; into ", folder_.root().string()));
  LossLog epochs(folder_.losses_csv(), trainer_.steps_done());
  std::optional<LossLog> steps;
  if (output().log_every > 0) steps.emplace(folder_.steps_csv(), trainer_.steps_done());
  if (!can_plot()) log::warning("this build has no plots (no cairo): losses.png is left out");

  catch_signals();
  bool complete = false;
  {
    Progress progress(trainer_, quiet_);
    Hooks hooks;
    hooks.on_step = [&](const LogRow& row) { progress.step(row); };
    hooks.on_log = [&](const LogRow& row) { steps->add(row); };
    hooks.on_epoch = [&](const LogRow& row) {
      epochs.add(row);
      progress.epoch(row);
      after_epoch(row);
    };
    hooks.stop = [] { return caught_signal() != 0; };
    complete = run_training(trainer_, loop_, hooks);
  }
  return finish(complete);
}

int Run::finish(bool complete) {
  if (complete) {
    const std::int64_t epoch = trainer_.config().train.epochs;
    log::info(str("done: ", folder_.generator(epoch).string()));
    return 0;
  }
  save_state(folder_.state(), trainer_, loop_);
  log::warning(str("stopped at step ", trainer_.steps_done(), "; go on with: gan-train --resume ",
                   folder_.root().string()));
  return 128 + caught_signal();
}

int run_train(int argc, char** argv) {
  CLI::App app("Trains a GAN as a config says", "gan train");
  TrainArguments arguments;
  add_arguments(app, arguments);
  const ConfigArguments config_arguments(app);
  if (parse_arguments(app, argc, argv)) return 0;
  log::set_level(arguments.quiet ? log::Level::kWarning : log::parse_level(arguments.log_level));

  const bool resuming = !arguments.resume.empty();
  const fs::path state = fs::path(arguments.resume) / "checkpoints" / "last.pt";
  if (resuming && !fs::exists(state)) {
    throw usage_error(state.string(),
                      ": not there; --resume takes the folder of a run that was "
                      "stopped or has finished an epoch with a checkpoint");
  }
  Config config;
  if (resuming) {
    config = resumed_config(config_arguments, state);
  } else {
    config_arguments.apply(config);
  }
  if (resuming && arguments.overwrite) {
    throw usage_error("--resume: goes on with what is there; leave out --overwrite");
  }
  if (config.train.threads > 0) at::set_num_threads(static_cast<int>(config.train.threads));

  const Dataset data = load_dataset(config.data);
  Trainer trainer(config, data);
  if (arguments.dry_run) {
    print_summary(trainer, data);
    return 0;
  }
  if (!arguments.debug_dump.empty()) {
    dump_steps(trainer, arguments.debug_dump, arguments.debug_steps);
    return 0;
  }
  fs::path root = resuming ? fs::path(arguments.resume) : fs::path(config.output.dir);
  if (root.empty()) root = fs::path("runs") / (config_arguments.recipe() + "-" + date_time());
  const auto how = resuming              ? RunFolder::Open::kResume
                   : arguments.overwrite ? RunFolder::Open::kOverwrite
                                         : RunFolder::Open::kNew;
  return Run(trainer, data, root, how, arguments.quiet).train();
}

}  // namespace

const Command kTrainCommand = {"train", "trains a GAN as a config says", run_train};

}  // namespace gan
