#include "train/time_budget.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <torch/types.h>

#include "core/log.hpp"
#include "core/text.hpp"
#include "dist/ranks.hpp"
#include "gan_train/train/trainer.hpp"

namespace gan {
namespace {

constexpr std::int64_t kWarmUp = 3;

double mean_seconds(Trainer& trial, std::int64_t steps) {
  const auto start = std::chrono::steady_clock::now();
  torch::Tensor last;
  for (std::int64_t i = 0; i < steps; ++i) last = trial.step();
  last.cpu();  // waits for the device
  const std::chrono::duration<double> all = std::chrono::steady_clock::now() - start;
  const auto mean = torch::full({1}, all.count() / static_cast<double>(steps), trial.device());
  return mean_over_ranks(trial.ranks(), mean).item<float>();
}

// Mean seconds of a step over all ranks, from a trial of about `seconds` after a warm-up. Lazy
// penalties are timed in whole rounds.
double time_step(Trainer& trial, double seconds) {
  const std::int64_t round = trial.config().loss.penalty_every;
  mean_seconds(trial, kWarmUp);
  const double first = mean_seconds(trial, 2 * round);
  const auto rounds = static_cast<std::int64_t>(seconds / (first * static_cast<double>(round)));
  return rounds > 2 ? mean_seconds(trial, rounds * round) : first;
}

}  // namespace

Config with_steps(Config config, std::int64_t steps, std::int64_t per_epoch) {
  config.train.epochs = (steps + per_epoch - 1) / per_epoch;
  config.train.steps_per_epoch = steps / config.train.epochs;
  return config;
}

Config within_minutes(const Config& config, const Dataset& data, Ranks& ranks, double minutes) {
  Trainer trial(config, data, ranks);
  const double seconds = 60 * minutes;
  const double step = time_step(trial, std::clamp(seconds / 50, 0.1, 5.0));
  const auto steps = std::max<std::int64_t>(1, std::llround(seconds / step));
  Config fitted = with_steps(config, steps, trial.steps_per_epoch());
  if (ranks.is_first()) {
    log::info(str(minutes, " minutes here: ", counted(fitted.train.epochs, "epoch"), " of ",
                  counted(fitted.train.steps_per_epoch, "step"), ", ",
                  formatted("%.3g", 1e3 * step), " ms each"));
  }
  return fitted;
}

}  // namespace gan
