#include "gan_train/train/loop.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include <torch/torch.h>

#include "gan_train/core/error.hpp"
#include "gan_train/dist/ranks.hpp"

namespace gan {
namespace {

using Clock = std::chrono::steady_clock;
using Figures = std::array<double, kFigureCount>;

// How many steps to make before their figures are read, for which the CPU waits for the
// device: never past a step after which there is something to do.
std::int64_t steps_to_read(const Trainer& trainer, std::int64_t most) {
  const OutputConfig& output = trainer.config().output;
  const std::int64_t done = trainer.steps_done();
  std::int64_t count = std::min(most, trainer.total_steps() - done);
  for (const auto every : {trainer.steps_per_epoch(), output.log_every, output.save_state_steps}) {
    if (every > 0) count = std::min(count, every - done % every);
  }
  return count;
}

Figures to_figures(const torch::Tensor& values) {
  Figures figures{};
  for (std::size_t i = 0; i < figures.size(); ++i) {
    figures[i] = values.data_ptr<float>()[i];
  }
  return figures;
}

struct Reading {
  torch::Tensor figures;  // [steps, kFigureCount] on the CPU
  bool stop;
};

// The means over all ranks and whether any of them is to stop, by one sum.
Reading read(const std::vector<torch::Tensor>& steps, bool stop) {
  const auto figures = torch::stack(steps);
  const auto flag = torch::full({1}, stop ? 1.0 : 0.0, figures.options());
  const auto all = mean_over_ranks(torch::cat({figures.flatten(), flag})).cpu();
  return {all.narrow(0, 0, figures.numel()).view(figures.sizes()), all[-1].item<float>() > 0};
}

// What stopped being a number, in words; empty where all are.
std::string not_finite(const Figures& now, const RunningFigures& before, std::int64_t step) {
  // In the order of the step, so that the earliest fault is the one named.
  const auto bad = [&](Figure figure) { return !std::isfinite(now[figure]); };
  const char* what = bad(kDFake) && !bad(kDReal)
                         ? "what the discriminator makes of generated images"
                     : bad(kDLoss)     ? "the discriminator's loss"
                     : bad(kDGradNorm) ? "the discriminator's gradient"
                     : bad(kGLoss)     ? "the generator's loss"
                     : bad(kGGradNorm) ? "the generator's gradient"
                                       : nullptr;
  if (what == nullptr) return "";
  return str("step ", step, ": ", what, " is not a finite number (d_loss ", now[kDLoss],
             ", g_loss ", now[kGLoss], ", gradient norms ", now[kDGradNorm], " and ",
             now[kGGradNorm], "; mean losses of the epoch before it ", before.mean(kDLoss), " and ",
             before.mean(kGLoss), ")");
}

}  // namespace

void RunningFigures::add(const Figures& figures) {
  for (std::size_t i = 0; i < figures.size(); ++i) sums[i] += figures[i];
  ++steps;
}

bool run_training(Trainer& trainer, LoopState& state, const Hooks& hooks) {
  const std::int64_t per_epoch = trainer.steps_per_epoch();
  const std::int64_t log_every = trainer.config().output.log_every;
  const double images_per_step = trainer.images_per_step();
  const auto row = [&](const RunningFigures& figures) {
    const double images = images_per_step * static_cast<double>(figures.steps);
    const double rate = figures.seconds > 0 ? images / figures.seconds : 0.0;
    const std::int64_t done = trainer.steps_done();
    return LogRow{(done - 1) / per_epoch + 1, done, figures, rate};
  };

  while (trainer.steps_done() < trainer.total_steps()) {
    const std::int64_t count = steps_to_read(trainer, hooks.read_every);
    std::vector<torch::Tensor> steps;
    const auto start = Clock::now();
    for (std::int64_t i = 0; i < count; ++i) steps.push_back(trainer.step());
    const Reading seen = read(steps, hooks.stop && hooks.stop());
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    const std::int64_t done = trainer.steps_done();
    std::string what;
    for (std::int64_t i = 0; i < count && what.empty(); ++i) {
      const Figures figures = to_figures(seen.figures[i]);
      what = not_finite(figures, state.epoch, done - count + i + 1);
      state.epoch.add(figures);
      state.interval.add(figures);
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
    }
    if (hooks.after_step) hooks.after_step();
    if (seen.stop) return done == trainer.total_steps();
  }
  return true;
}

}  // namespace gan
