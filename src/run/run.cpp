#include "gan_train/run/run.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "core/log.hpp"
#include "core/long_work.hpp"
#include "core/text.hpp"
#include "dist/ranks.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/io/checkpoint.hpp"
#include "run/csv_log.hpp"
#include "run/run_evaluation.hpp"
#include "run/run_facts.hpp"
#include "run/sample_pictures.hpp"
#include "train/health.hpp"
#include "train/loop_state.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kDrawEvery{5};

}  // namespace

class Run::Impl {
 public:
  Impl(Trainer& trainer, const Dataset& data, const RunFolder& folder, ReportWriter report)
      : trainer_(trainer),
        data_(data),
        folder_(folder),
        report_(std::move(report)),
        pictures_(trainer, data),
        diversity_(data, trainer.config()) {}

  void resume(const fs::path& state);
  bool train(const Hooks& watch);

  std::function<void(const fs::path&)> on_samples;
  std::string evaluation_text;

 private:
  void open_logs();
  void open_jsonl();
  void save();
  void write_state();
  void save_samples(std::int64_t epoch);
  void save_real_images();
  void after_epoch(const LogRow& row);
  bool is_due(std::int64_t epoch, std::int64_t every) const;
  void evaluate(std::int64_t epoch);
  void evaluate_if_missed();
  void keep_generator(std::int64_t epoch);
  void prune_generators(std::int64_t epoch) const;
  void finish();
  void draw(RunState state);
  void draw_failed();
  void warn_of_symptoms(const LogRow& row, double diversity);
  void stop_if_collapsed(std::int64_t epoch, double diversity);
  bool roll_back(const std::string& what);

  const OutputConfig& output() const { return trainer_.config().output; }

  Trainer& trainer_;
  const Dataset& data_;
  const RunFolder& folder_;
  ReportWriter report_;
  SamplePictures pictures_;
  DiversityMeter diversity_;
  LoopState loop_;
  bool evaluation_cancelled_ = false;  ///< an evaluation was cancelled by a signal
  std::int64_t saved_step_ = -1;       ///< step of the state in the folder
  std::optional<EventFile> events_;    ///< empty without output.tensorboard
  std::optional<CsvLog> losses_;
  std::optional<CsvLog> steps_;
  std::optional<CsvLog> health_;
  std::optional<AppendFile> jsonl_;                 ///< metrics.jsonl
  std::unique_ptr<RunEvaluation> evaluation_;       ///< null without eval.every
  std::chrono::steady_clock::time_point drawn_at_;  ///< when plot and report were last drawn
};

void Run::Impl::resume(const fs::path& state) {
  load_state(state, trainer_, loop_);
  if (trainer_.steps_done() > trainer_.total_steps()) {
    throw usage_error(folder_.root().string(), ": the run has done ", trainer_.steps_done(),
                      " steps, more than the ", trainer_.total_steps(),
                      " of train.epochs = ", trainer_.config().train.epochs);
  }
}

bool Run::Impl::train(const Hooks& watch) {
  // Before anything is written: data that can't be evaluated are a usage error, not a failed run.
  if (trainer_.config().eval.every > 0) {
    const WorkAlone alone(trainer_.ranks());  // a classifier may have to be trained
    evaluation_ = std::make_unique<RunEvaluation>(trainer_, data_, folder_);
  }
  write_file(folder_.config(), to_yaml(trainer_.config()));  // marks the folder as a run's
  write_file(folder_.facts(), run_facts(trainer_, data_));
  log::open_file(folder_.log());
  log::info(run_line(trainer_, data_) + "; into " + folder_.root().string());
  if (const auto done = trainer_.steps_done(); done > 0) {
    const bool complete = done == trainer_.total_steps();
    const std::int64_t epochs = trainer_.config().train.epochs;
    log::info(complete ? str("already complete: ", counted(epochs, "epoch"))
                       : str("resumed; training goes on after step ", done, " of ",
                             trainer_.total_steps()));
  }
  if (!can_plot()) log::warning("this build has no plots (no cairo): losses.png is left out");
  open_logs();
  save_real_images();
  // Saves at once, so that there is a state with this config to resume from or roll back to. It
  // also replaces a damaged one before save() could keep that as the previous state.
  write_state();

  Hooks hooks = watch;
  hooks.on_log = [&](const LogRow& row) { steps_->add(loss_row(row)); };
  hooks.on_epoch = [&](const LogRow& row) {
    if (watch.on_epoch) watch.on_epoch(row);
    after_epoch(row);
  };
  hooks.after_step = [&] {
    const std::int64_t every = output().save_state_steps;
    if (every > 0 && trainer_.steps_done() % every == 0) save();
  };
  if (!trainer_.device().is_cpu()) hooks.read_every = 32;
  hooks.on_nan = [&](const std::string& what) { return roll_back(what); };
  try {
    evaluate_if_missed();
    const bool complete = !evaluation_cancelled_ && run_training(trainer_, loop_, hooks);
    save();
    complete ? finish() : draw(RunState::kStopped);
    jsonl_->sync();
    return complete && !evaluation_cancelled_;
  } catch (const Error&) {
    draw_failed();
    throw;
  }
}

// Cuts rows of steps that will be repeated.
void Run::Impl::open_logs() {
  const std::int64_t step = trainer_.steps_done();
  if (output().tensorboard || fs::exists(folder_.events())) {
    events_.emplace(folder_.events(), step);
  }
  if (!output().tensorboard) events_.reset();
  EventFile* const events = events_ ? &*events_ : nullptr;
  losses_.emplace(folder_.losses_csv(), kLossHeader, step, events);
  health_.emplace(folder_.health_csv(), kHealthHeader, step, events);
  if (output().log_every > 0 || fs::exists(folder_.steps_csv())) {
    steps_.emplace(folder_.steps_csv(), kLossHeader, step, events);
  }
  if (evaluation_) {
    evaluation_->open(step, events);
  } else {
    cut_metrics(folder_.metrics_csv(), step);
  }
  open_jsonl();
}

// Rebuilt from the tables, which may have been cut or may have a later row.
void Run::Impl::open_jsonl() {
  const fs::path tables[] = {folder_.losses_csv(), folder_.health_csv(), folder_.metrics_csv()};
  write_file(folder_.metrics_jsonl(), json_lines(tables));
  jsonl_.emplace(folder_.metrics_jsonl());
}

void Run::Impl::save() {
  if (saved_step_ == trainer_.steps_done()) return;
  BackupFile older(folder_.state(), folder_.previous_state());
  write_state();
  older.commit();
}

// Replaces the state in the folder by the current one.
void Run::Impl::write_state() {
  if (!trainer_.is_finite()) {
    const std::string good =
        fs::exists(folder_.state())
            ? str("the last good state is ", folder_.state().string(),
                  "; start a new run from it with a lower optim.lr")
            : "no state was saved; start again with other weights or a lower optim.lr";
    throw run_error("step ", trainer_.steps_done(),
                    ": weights or statistics are not finite numbers; ", good);
  }
  for (auto* log : {&losses_, &health_, &steps_}) {
    if (*log) (*log)->sync();
  }
  if (evaluation_) evaluation_->sync();
  if (events_) events_->sync();
  save_state(folder_.state(), trainer_, loop_);
  saved_step_ = trainer_.steps_done();
}

void Run::Impl::after_epoch(const LogRow& row) {
  const WorkAlone alone(trainer_.ranks());
  const double diversity = diversity_.measure(trainer_.networks.generator);
  const std::string losses = loss_row(row), health = health_row(row, diversity);
  losses_->add(losses);
  health_->add(health);
  const std::int64_t last = trainer_.config().train.epochs;
  if (is_due(row.epoch, output().sample_every)) save_samples(row.epoch);
  if (is_due(row.epoch, output().checkpoint_every) || row.epoch == last) keep_generator(row.epoch);
  warn_of_symptoms(row, diversity);
  const bool evaluates = evaluation_ && is_due(row.epoch, trainer_.config().eval.every);
  loop_.evaluating = evaluates;
  // Before the samples are measured, which takes time and memory.
  if (is_due(row.epoch, output().save_state)) save();
  std::vector<TableRow> rows{{kLossHeader, losses}, {kHealthHeader, health}};
  if (evaluates) evaluate(row.epoch);
  if (evaluates && !evaluation_cancelled_)
    rows.push_back({evaluation_->header(), evaluation_->row()});
  jsonl_->line(json_line(rows));
  // With short epochs, drawing after each would take too large a share of the time.
  if (std::chrono::steady_clock::now() - drawn_at_ > kDrawEvery) draw(RunState::kTraining);
  stop_if_collapsed(row.epoch, diversity);
}

// True every `every` epochs, and after the last epoch.
bool Run::Impl::is_due(std::int64_t epoch, std::int64_t every) const {
  return every > 0 && (epoch % every == 0 || epoch == trainer_.config().train.epochs);
}

void Run::Impl::evaluate(std::int64_t epoch) {
  try {
    evaluation_text = evaluation_->measure(epoch);
  } catch (const Stopped&) {
    evaluation_cancelled_ = true;
    loop_.evaluating = false;  // so that a resumed run repeats it
    write_state();
  }
}

// Evaluates the current epoch if the run ended before it could.
void Run::Impl::evaluate_if_missed() {
  const std::int64_t done = trainer_.steps_done(), per_epoch = trainer_.steps_per_epoch();
  const std::int64_t epoch = done / per_epoch;
  if (!evaluation_ || done == 0 || done % per_epoch != 0) return;
  if (!is_due(epoch, trainer_.config().eval.every)) return;
  // A complete run is measured again if eval.samples changed; others at their next evaluation.
  const bool complete = done == trainer_.total_steps();
  if (complete ? !evaluation_->is_due() : evaluation_->has_row()) return;
  if (loop_.evaluating && !evaluation_->has_row()) {
    log::warning(str("epoch ", epoch, " was not evaluated: the process was killed during it, ",
                     "perhaps for lack of memory; a lower eval.samples needs less"));
    return;
  }
  const WorkAlone alone(trainer_.ranks());
  loop_.evaluating = true;
  write_state();
  evaluate(epoch);
  open_jsonl();
}

void Run::Impl::keep_generator(std::int64_t epoch) {
  save_generator(folder_.generator(epoch), trainer_);
  prune_generators(epoch);
}

void Run::Impl::prune_generators(std::int64_t epoch) const {
  folder_.prune_generators(epoch, output().keep_last, output().keep_every);
}

// Completes a run that was stopped after its last epoch and then resumed with no epochs left: the
// outputs of its last epoch may be missing.
void Run::Impl::finish() {
  const std::int64_t epoch = trainer_.config().train.epochs;
  if (!fs::exists(folder_.generator(epoch))) {
    keep_generator(epoch);
    if (output().sample_every > 0) save_samples(epoch);
  }
  prune_generators(epoch);  // one may reappear after a power cut
  draw(RunState::kComplete);
}

void Run::Impl::warn_of_symptoms(const LogRow& row, double diversity) {
  const StepMetrics& m = row.metrics;
  log::file_only(str("epoch ", row.epoch, "  gradient norms D ", m.d_grad_norm, "  G ",
                     m.g_grad_norm, "  diversity ", diversity));
  for (const auto& warning : watch_health(m, diversity, trainer_.config().loss, loop_.health)) {
    log::warning(str("epoch ", row.epoch, ": ", warning.text));
  }
}

void Run::Impl::stop_if_collapsed(std::int64_t epoch, double diversity) {
  const auto collapsed = loop_.health.epochs[static_cast<std::size_t>(Symptom::kCollapse)];
  if (trainer_.config().train.stop_on_collapse && collapsed >= kSymptomEpochs) {
    save();
    throw run_error("epoch ", epoch, ": the generator has collapsed (diversity ", diversity,
                    "); the state in ", folder_.root().string(),
                    " is saved; resume it with config key train.stop_on_collapse = false");
  }
}

bool Run::Impl::roll_back(const std::string& what) {
  const std::string good = str(folder_.state().string(), " (step ", saved_step_, ")");
  if (trainer_.config().train.on_nan == OnNan::kStop) {
    throw run_error(what, "; the last good state is ", good,
                    ": resume it with config key train.on_nan = rollback, or start a new run "
                    "with a lower optim.lr or optim.max_grad_norm = 1");
  }
  if (loop_.rollbacks >= kMaxRollbacks) {
    throw run_error(what, "; rolled back ", kMaxRollbacks,
                    " times already; the last good state is ", good,
                    "; start a new run with a lower optim.lr or optim.max_grad_norm = 1");
  }
  const std::int64_t rollbacks = loop_.rollbacks + 1;
  // A failure right after a save may have begun before it.
  const bool too_late = trainer_.steps_done() == saved_step_ + 1;
  const bool further = too_late && fs::exists(folder_.previous_state());
  load_state(further ? folder_.previous_state() : folder_.state(), trainer_, loop_);
  loop_.rollbacks = rollbacks;
  trainer_.scale_lr(loop_.lr_scale());
  log::warning(str(what, "; rolled back to step ", trainer_.steps_done(),
                   " with learning rates multiplied by ", loop_.lr_scale(), ", rollback ",
                   rollbacks, " of ", kMaxRollbacks));
  open_logs();
  write_state();  // with the new learning rate
  trainer_.share_state();
  return true;
}

void Run::Impl::save_samples(std::int64_t epoch) {
  if (!pictures_.can_draw()) return;
  const Bytes png = pictures_.samples(epoch);
  write_file(folder_.sample(epoch), png);
  if (on_samples) on_samples(folder_.sample(epoch));
  if (events_) events_->add_picture(trainer_.steps_done(), "samples", png);
}

// Once per run, so that mistakes in the data are visible at once.
void Run::Impl::save_real_images() {
  const bool wanted = output().sample_every > 0 && !trainer_.shape().is_point();
  if (wanted && !fs::exists(folder_.real_images())) {
    write_file(folder_.real_images(), pictures_.real_images());
  }
}

// Draws plots and report. Not synced during training, since they are soon replaced.
void Run::Impl::draw(RunState state) {
  const bool live = state == RunState::kTraining;
  drawn_at_ = std::chrono::steady_clock::now();
  if (can_plot()) {
    const Plot plot = loss_plot(folder_.losses_csv());
    write_file(folder_.losses_png(), plot_png(plot), /*durable=*/!live);
    write_file(folder_.losses_svg(), plot_svg(plot), /*durable=*/!live);
  }
  if (report_ && output().report) report_(folder_, state);
}

// Its own errors are only warnings, so that the error that ended the run is reported.
void Run::Impl::draw_failed() {
  try {
    draw(RunState::kFailed);
  } catch (const Error& error) {
    log::warning(error.what());
  }
}

Run::Run(Trainer& trainer, const Dataset& data, const RunFolder& folder, ReportWriter report)
    : impl_(std::make_unique<Impl>(trainer, data, folder, std::move(report))) {}

Run::~Run() = default;

void Run::resume(const fs::path& state) { impl_->resume(state); }

void Run::watch_samples(std::function<void(const fs::path&)> watch) {
  impl_->on_samples = std::move(watch);
}

bool Run::train(const Hooks& watch) { return impl_->train(watch); }

const std::string& Run::evaluation() const { return impl_->evaluation_text; }

SavedState find_state(const fs::path& root) {
  std::optional<Error> problem;
  const RunFiles files(root);
  for (const fs::path& path : {files.state(), files.previous_state()}) {
    if (!fs::exists(path)) continue;
    try {
      SavedState found{path, load_checkpoint_config(path)};
      if (problem) log::warning(str(problem->what(), "; resuming from ", path.string()));
      return found;
    } catch (const Error& error) {
      if (!problem) problem = error;
    }
  }
  if (problem) throw *problem;
  throw usage_error(files.state().string(), ": missing, so the folder holds no run to resume");
}

}  // namespace gan
