#pragma once

#include <cmath>
#include <cstdint>

#include "gan_train/train/metrics.hpp"
#include "train/health.hpp"

namespace gan {

/// A run returns to a saved state at most this often.
inline constexpr std::int64_t kMaxRollbacks = 3;

/// What a run keeps between steps, besides the Trainer.
struct LoopState {
  RunningMetrics epoch;
  RunningMetrics interval;
  HealthState health;
  std::int64_t rollbacks = 0;  ///< how often the run returned to a saved state
  bool evaluating = false;     ///< at this step an evaluation was begun, and not called off
  /// Each rollback halves the learning rates.
  double lr_scale() const { return std::ldexp(1.0, -static_cast<int>(rollbacks)); }
};

}  // namespace gan
