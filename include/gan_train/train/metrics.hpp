#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <torch/types.h>

namespace gan {

/// Metrics of a step, averaged over D's updates.
struct StepMetrics {
  double d_loss = 0.0;  ///< as minimised: the joint mean, the sum, or half of separate losses
  double g_loss = 0.0;
  double d_real = 0.0;       ///< mean of D(x) = sigmoid(logit) over the real images
  double d_fake = 0.0;       ///< mean of D(G(z)) over the generated images in D's update
  double d_grad_norm = 0.0;  ///< L2 norm of the gradient of all of D's parameters
  double g_grad_norm = 0.0;  ///< likewise of G's
};

struct StepMetric {
  std::string_view name;
  double StepMetrics::* value;
};

/// All metrics, in the order of the tensor that Trainer::step returns and of a saved state.
inline constexpr std::array kStepMetrics = {
    StepMetric{"d_loss", &StepMetrics::d_loss},
    StepMetric{"g_loss", &StepMetrics::g_loss},
    StepMetric{"d_real", &StepMetrics::d_real},
    StepMetric{"d_fake", &StepMetrics::d_fake},
    StepMetric{"d_grad_norm", &StepMetrics::d_grad_norm},
    StepMetric{"g_grad_norm", &StepMetrics::g_grad_norm},
};

/// Reads the metrics from the tensor [6] of Trainer::step, which may be on any device.
StepMetrics step_metrics(const torch::Tensor& values);

/// Sums of metrics since the start of an epoch or log interval. Saved with the state, so that a
/// resumed run logs what an uninterrupted one would.
struct RunningMetrics {
  StepMetrics sums;
  std::int64_t steps = 0;
  double seconds = 0.0;

  void add(const StepMetrics& metrics);
  StepMetrics mean() const;  ///< all 0 before the first step
};

}  // namespace gan
