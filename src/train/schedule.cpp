#include "schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gan {

double lr_factor(const OptimConfig& config, std::int64_t step, std::int64_t total_steps) {
  double factor = 1.0;
  if (step < config.warmup_steps) {
    factor = static_cast<double>(step + 1) / static_cast<double>(config.warmup_steps);
  }
  const double done = static_cast<double>(step) / static_cast<double>(total_steps);
  const double fallen = std::max(0.0, (done - config.decay_start) / (1.0 - config.decay_start));
  switch (config.schedule) {
    case Schedule::kConstant:
      return factor;
    case Schedule::kLinear:
      return factor * (1.0 - fallen);
    case Schedule::kCosine:  // Loshchilov and Hutter 2017
      return factor * 0.5 * (1.0 + std::cos(std::numbers::pi * fallen));
  }
  throw unknown_value(config.schedule);
}

double noise_level(const TrainConfig& config, std::int64_t step, std::int64_t total_steps) {
  return config.instance_noise *
         (1.0 - static_cast<double>(step) / static_cast<double>(total_steps));
}

}  // namespace gan
