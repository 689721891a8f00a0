#include "gan_train/train/loop.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include <torch/types.h>

#include "dist/ranks.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/train/trainer.hpp"
#include "train/loop_state.hpp"

namespace gan {
namespace {

using Clock = std::chrono::steady_clock;

// Number of steps before their metrics are read, which makes the CPU wait for the device. Ends no
// later than the next step that has something to log, save or finish.
std::int64_t steps_to_read(const Trainer& trainer, std::int64_t max) {
  const OutputConfig& output = trainer.config().output;
  const std::int64_t done = trainer.steps_done();
  std::int64_t count = std::min(max, trainer.total_steps() - done);
  for (const auto every : {trainer.steps_per_epoch(), output.log_every, output.save_state_steps}) {
    if (every > 0) count = std::min(count, every - done % every);
  }
  return count;
}

struct Reading {
  torch::Tensor metrics;  // [steps, kStepMetrics.size()] on the CPU
  bool stop;
};

// Means over all ranks, and whether any rank wants to stop, in a single sum.
Reading read(const std::vector<torch::Tensor>& steps, bool stop, Ranks& ranks) {
  const auto metrics = torch::stack(steps);
  const auto flag = torch::full({1}, stop ? 1.0 : 0.0, metrics.options());
  const auto all = mean_over_ranks(ranks, torch::cat({metrics.flatten(), flag})).cpu();
  return {all.narrow(0, 0, metrics.numel()).view(metrics.sizes()), all[-1].item<float>() > 0};
}

// Whether any rank was asked to stop.
bool wants_stop(const Hooks& hooks, const Trainer& trainer) {
  const auto flag = torch::full({1}, hooks.stop && hooks.stop() ? 1.0F : 0.0F, trainer.device());
  return mean_over_ranks(trainer.ranks(), flag).item<float>() > 0;
}

// Describes what is not finite; empty if everything is finite.
std::string not_finite(const StepMetrics& now, const StepMetrics& before, std::int64_t step) {
  const auto bad = [](double value) { return !std::isfinite(value); };
  // In the order of the step, so that the earliest fault is reported.
  const char* what = bad(now.d_fake) && !bad(now.d_real)
                         ? "the discriminator's output for generated images"
                     : bad(now.d_loss)      ? "the discriminator's loss"
                     : bad(now.d_grad_norm) ? "the discriminator's gradient"
                     : bad(now.g_loss)      ? "the generator's loss"
                     : bad(now.g_grad_norm) ? "the generator's gradient"
                                            : nullptr;
  if (what == nullptr) return "";
  return str("step ", step, ": ", what, " is not a finite number (d_loss ", now.d_loss, ", g_loss ",
             now.g_loss, ", gradient norms ", now.d_grad_norm, " and ", now.g_grad_norm,
             "; mean losses of the epoch before it ", before.d_loss, " and ", before.g_loss, ")");
}

}  // namespace

bool run_training(Trainer& trainer, LoopState& state, const Hooks& hooks) {
  const std::int64_t per_epoch = trainer.steps_per_epoch();
  const std::int64_t log_every = trainer.config().output.log_every;
  const double images_per_step = trainer.images_per_step();
  const auto row = [&](const RunningMetrics& running) {
    const double images = images_per_step * static_cast<double>(running.steps);
    const double rate = running.seconds > 0 ? images / running.seconds : 0.0;
    const std::int64_t done = trainer.steps_done();
    return LogRow{(done - 1) / per_epoch + 1, done, running.mean(), running.seconds, rate};
  };

  while (trainer.steps_done() < trainer.total_steps()) {
    const std::int64_t count = steps_to_read(trainer, hooks.read_every);
    std::vector<torch::Tensor> steps;
    const auto start = Clock::now();
    for (std::int64_t i = 0; i < count; ++i) steps.push_back(trainer.step());
    Reading reading = read(steps, hooks.stop && hooks.stop(), trainer.ranks());
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    const std::int64_t done = trainer.steps_done();
    std::string what;
    for (std::int64_t i = 0; i < count && what.empty(); ++i) {
      const StepMetrics metrics = step_metrics(reading.metrics[i]);
      what = not_finite(metrics, state.epoch.mean(), done - count + i + 1);
      state.epoch.add(metrics);
      state.interval.add(metrics);
    }
    if (!what.empty()) {
      if (hooks.on_nan && hooks.on_nan(what)) continue;
      throw run_error(what, "; try a lower optim.lr or optim.max_grad_norm = 1");
    }
    state.epoch.seconds += seconds;
    state.interval.seconds += seconds;
    if (hooks.on_step) hooks.on_step(row(state.epoch));
    if (log_every == 0) state.interval = {};
    if (log_every > 0 && done % log_every == 0) {
      if (hooks.on_log) hooks.on_log(row(state.interval));
      state.interval = {};
    }
    if (done % per_epoch == 0) {
      const LogRow finished = row(state.epoch);
      state.epoch = {};
      if (hooks.on_epoch) hooks.on_epoch(finished);
      if (!reading.stop) reading.stop = wants_stop(hooks, trainer);  // on_epoch may have taken long
    }
    if (hooks.after_step) hooks.after_step();
    if (reading.stop) return done == trainer.total_steps();
  }
  return true;
}

}  // namespace gan
