#pragma once

#include <cmath>
#include <cstdint>

#include "gan_train/train/metrics.hpp"
#include "train/health.hpp"

namespace gan {

/// Maximum number of returns to a saved state per run.
inline constexpr std::int64_t kMaxRollbacks = 3;

/// State of a run between steps, apart from the Trainer.
struct LoopState {
  RunningMetrics epoch;
  RunningMetrics interval;
  HealthState health;
  std::int64_t rollbacks = 0;  ///< returns to a saved state so far
  bool evaluating = false;     ///< an evaluation was started at this step, and not cancelled
  /// Each rollback halves the learning rates.
  double lr_scale() const { return std::ldexp(1.0, -static_cast<int>(rollbacks)); }
};

}  // namespace gan
