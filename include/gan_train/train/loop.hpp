#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "gan_train/train/metrics.hpp"

namespace gan {

class Trainer;
struct LoopState;

/// What was measured over an epoch, or since the last such row.
struct LogRow {
  std::int64_t epoch = 0;  ///< from 1
  std::int64_t step = 0;   ///< steps done
  StepMetrics metrics;     ///< means
  double seconds = 0.0;
  double images_per_second = 0.0;  ///< real images D was shown
};

/// What happens around the steps; empty ones are skipped.
struct Hooks {
  std::function<void(const LogRow& epoch_so_far)> on_step;  ///< after metrics were read
  std::function<void(const LogRow&)> on_log;                ///< every output.log_every steps
  std::function<void(const LogRow&)> on_epoch;              ///< after the last step of an epoch
  std::function<void()> after_step;  ///< after all of these: the state is whole and may be saved
  /// Asked after a step, before its metrics are read, and after on_epoch: whether to stop once all
  /// of these were called. If one rank says so, all stop there.
  std::function<bool()> stop;
  /// Called when a loss or gradient is not finite, with what was seen. True: trainer and state
  /// were set back to a sound state, so training continues from there.
  std::function<bool(const std::string& what)> on_nan;
  /// Most steps between reads of their metrics: one on the CPU, more on other devices, which
  /// stand still for a read.
  std::int64_t read_every = 1;
};

/// Trains to the end of the last epoch. Returns whether it got there, rather than being stopped.
/// An Error names the step at which a loss or gradient was not finite, unless `on_nan` handled it.
bool run_training(Trainer& trainer, LoopState& state, const Hooks& hooks);

}  // namespace gan
