#pragma once

#include <cstdint>

#include <torch/types.h>

namespace gan {

/// Two comparable sets: contiguous float32 [n, d] on the CPU, without gradients.
struct FeatureSets {
  torch::Tensor a, b;
};

/// Throws an Error that names the metric if the sets can't be compared: not two-dimensional,
/// different widths, fewer than `min` rows, or values not finite or beyond ±1e6.
FeatureSets check_features(const char* metric, const torch::Tensor& a, const torch::Tensor& b,
                           std::int64_t min = 1);

}  // namespace gan
