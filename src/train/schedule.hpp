#pragma once

#include <cstdint>

#include "gan_train/config/config.hpp"

namespace gan {

/// What falls or rises over a run: pure functions of the step, counted from 0, and of the
/// steps in the whole run, so that a run that goes on is where an unbroken one would be.

/// What `optim.schedule` and `optim.warmup_steps` multiply the learning rates by; in (0, 1].
double lr_factor(const OptimConfig& config, std::int64_t step, std::int64_t total_steps);

/// What is left of `train.instance_noise` (Sønderby et al. 2016).
double noise_level(const TrainConfig& config, std::int64_t step, std::int64_t total_steps);

}  // namespace gan
