#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <torch/types.h>

namespace gan {

/// What a step measures, on average over D's updates.
struct StepMetrics {
  double d_loss = 0.0;  ///< as D was updated: the joint mean, the sum, or half of separate losses
  double g_loss = 0.0;
  double d_real = 0.0;       ///< mean of D(x) = sigmoid(logit) over the real images
  double d_fake = 0.0;       ///< mean of D(G(z)) over the generated images that D was trained on
  double d_grad_norm = 0.0;  ///< L2 norm of the gradient of all of D's parameters
  double g_grad_norm = 0.0;  ///< likewise of G's
};

struct StepMetric {
  std::string_view name;
  double StepMetrics::* value;
};

/// All of them, in the order of the tensor that Trainer::step returns and of a saved state.
inline constexpr std::array kStepMetrics = {
    StepMetric{"d_loss", &StepMetrics::d_loss},
    StepMetric{"g_loss", &StepMetrics::g_loss},
    StepMetric{"d_real", &StepMetrics::d_real},
    StepMetric{"d_fake", &StepMetrics::d_fake},
    StepMetric{"d_grad_norm", &StepMetrics::d_grad_norm},
    StepMetric{"g_grad_norm", &StepMetrics::g_grad_norm},
};

/// The metrics in a tensor [6] of Trainer::step, read back from its device.
StepMetrics step_metrics(const torch::Tensor& values);

/// Sums of metrics since the start of an epoch or of a log interval; part of a saved state, so
/// that a resumed run logs what an unbroken one would.
struct RunningMetrics {
  StepMetrics sums;
  std::int64_t steps = 0;
  double seconds = 0.0;

  void add(const StepMetrics& metrics);
  StepMetrics mean() const;  ///< all 0 before the first step
};

}  // namespace gan
