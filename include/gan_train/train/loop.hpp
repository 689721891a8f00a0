#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "gan_train/train/metrics.hpp"

namespace gan {

class Trainer;
struct LoopState;

/// Measurements over an epoch, or since the previous row of the log.
struct LogRow {
  std::int64_t epoch = 0;  ///< from 1
  std::int64_t step = 0;   ///< steps done
  StepMetrics metrics;     ///< means
  double seconds = 0.0;
  double images_per_second = 0.0;  ///< real images shown to D
};

/// Callbacks of the training loop; empty ones are skipped.
struct Hooks {
  std::function<void(const LogRow& epoch_so_far)> on_step;  ///< after metrics were read
  std::function<void(const LogRow&)> on_log;                ///< every output.log_every steps
  std::function<void(const LogRow&)> on_epoch;              ///< after the last step of an epoch
  std::function<void()> after_step;  ///< after all other hooks: the state may now be saved
  /// Called after a step, before its metrics are read, and after on_epoch. Returns whether to stop
  /// once the remaining hooks have been called. If one rank returns true, all ranks stop.
  std::function<bool()> stop;
  /// Called if a loss or gradient is not finite, with a description. Returns true if it restored
  /// trainer and state to a sound state, so that training continues from there.
  std::function<bool(const std::string& what)> on_nan;
  /// Maximum number of steps between reads of their metrics: one on the CPU, more on other devices,
  /// where a read stalls the device.
  std::int64_t read_every = 1;
};

/// Trains to the end of the last epoch. Returns whether it got there (false: stopped). Throws an
/// Error that names the step at which a loss or gradient was not finite, unless `on_nan` handled
/// it.
bool run_training(Trainer& trainer, LoopState& state, const Hooks& hooks);

}  // namespace gan
