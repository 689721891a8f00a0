#include <torch/types.h>

#include "eval/metrics.hpp"
#include "gan_train/core/error.hpp"

namespace gan {

ModeMetrics mode_metrics(const torch::Tensor& points, const torch::Tensor& modes,
                         const torch::Tensor& samples) {
  constexpr double kReach = 3.0;
  if (points.size(0) != modes.size(0) || points.size(1) != samples.size(1)) {
    throw usage_error("modes: ", points.size(0), " points of ", points.size(1),
                      " coordinates with ", modes.size(0), " modes, and samples of ",
                      samples.size(1));
  }
  const std::int64_t count = modes.max().item<std::int64_t>() + 1;
  torch::Tensor near = torch::zeros({samples.size(0), count}, torch::kBool);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto own = points.index({modes.eq(i)}).to(torch::kFloat64);
    if (own.size(0) == 0) continue;
    const auto mean = own.mean(0);
    const auto variance = (own - mean).square().mean();  // of one coordinate
    const auto distance = (samples.to(torch::kFloat64) - mean).square().sum(1);
    near.select(1, i).copy_(distance.le(kReach * kReach * variance));
  }
  return {.found = near.any(0).sum().item<std::int64_t>(),
          .within = near.any(1).to(torch::kFloat64).mean().item<double>()};
}

}  // namespace gan
