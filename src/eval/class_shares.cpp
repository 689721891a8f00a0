#include <torch/types.h>

#include "eval/metrics.hpp"

namespace gan {

ClassShares class_shares(const torch::Tensor& probabilities, const torch::Tensor& data_shares) {
  constexpr double kConfident = 0.9;
  const auto [highest, classed] = probabilities.max(1);
  const auto counts = torch::bincount(classed, /*weights=*/{}, data_shares.size(0));
  const auto shares = counts.to(torch::kFloat64).div_(static_cast<double>(probabilities.size(0)));
  // A class that is not in the data may still be predicted; it must not make the sum infinite.
  const auto kl = shares.mul(shares.clamp_min(1e-12).log() - data_shares.clamp_min(1e-6).log());
  return {.shares = shares,
          .found = counts.gt(0).sum().item<std::int64_t>(),
          .kl = kl.sum().item<double>(),
          .confident = highest.ge(kConfident).to(torch::kFloat64).mean().item<double>()};
}

}  // namespace gan
