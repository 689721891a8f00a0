#pragma once

#include <cstdint>

#include <torch/types.h>

namespace gan {

/// Two sets fit to be compared: contiguous float32 [n, d] on the CPU, without gradients.
struct FeatureSets {
  torch::Tensor a, b;
};

/// Refuses, with an Error that names the metric, sets that cannot be compared: other than two
/// dimensions, different widths, fewer than `least` rows, values not finite or beyond ±1e6.
FeatureSets check_features(const char* metric, const torch::Tensor& a, const torch::Tensor& b,
                           std::int64_t least = 1);

}  // namespace gan
