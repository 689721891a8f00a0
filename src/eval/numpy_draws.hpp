#pragma once

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include <torch/types.h>

namespace gan {

/// Reproduces numpy.random.RandomState, for metrics whose subsets another program draws.
class NumpyDraws {
 public:
  explicit NumpyDraws(std::uint32_t seed) : words_(seed) {}

  /// As RandomState.permutation(n): int64 [n].
  torch::Tensor permutation(std::int64_t n) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i);
    for (std::size_t i = order.size(); i-- > 1;) std::swap(order[i], order[up_to(i)]);
    return torch::tensor(order);
  }

 private:
  // Uniform over 0 … max: draws the lowest bits that can hold it until the value fits.
  std::size_t up_to(std::size_t max) {
    std::size_t mask = max;
    for (unsigned shift = 1; shift < 32; shift *= 2) mask |= mask >> shift;
    std::size_t value = max + 1;
    while (value > max) value = static_cast<std::size_t>(words_()) & mask;
    return value;
  }

  std::mt19937 words_;
};

/// The seed of torch-fidelity.
inline constexpr std::uint32_t kTorchFidelitySeed = 2020;

}  // namespace gan
