#include <algorithm>
#include <cmath>
#include <vector>

#include <torch/types.h>

#include "core/long_work.hpp"
#include "eval/features.hpp"
#include "eval/metrics.hpp"
#include "eval/numpy_draws.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/core/random.hpp"

namespace gan {
namespace {

torch::Tensor cubic_kernel(const torch::Tensor& x, const torch::Tensor& y) {
  const auto width = static_cast<double>(x.size(1));
  return torch::addmm(torch::ones({1}), x, y.t(), 1.0, 1.0 / width).pow_(3);
}

double sum_of(const torch::Tensor& kernel) { return kernel.sum(torch::kDouble).item<double>(); }

// Mean over all pairs of different rows.
double mean_of_pairs(const torch::Tensor& x) {
  const auto kernel = cubic_kernel(x, x);
  const auto n = static_cast<double>(x.size(0));
  return (sum_of(kernel) - sum_of(kernel.diagonal())) / (n * (n - 1));
}

// Gretton et al. 2012, equation 3.
double unbiased_squared_mmd(const torch::Tensor& x, const torch::Tensor& y) {
  const auto pairs = static_cast<double>(x.size(0)) * static_cast<double>(y.size(0));
  return mean_of_pairs(x) + mean_of_pairs(y) - 2.0 * sum_of(cubic_kernel(x, y)) / pairs;
}

torch::Tensor random_subset(const torch::Tensor& set, std::int64_t size, std::uint64_t seed) {
  std::vector<std::int64_t> rows = random_permutation(set.size(0), SplitMix64(seed));
  rows.resize(static_cast<std::size_t>(size));
  return set.index_select(0, torch::tensor(rows));
}

}  // namespace

KernelDistance kernel_distance(const torch::Tensor& a, const torch::Tensor& b, std::uint64_t seed,
                               std::int64_t subsets, std::int64_t subset_size) {
  if (subsets < 1 || subset_size < 2) {
    throw usage_error("kernel distance: ", subsets, " subsets of ", subset_size,
                      " images; it needs 1 or more, of 2 or more");
  }
  const FeatureSets sets = check_features("kernel distance", a, b, 2);
  const std::int64_t size = std::min({subset_size, sets.a.size(0), sets.b.size(0)});
  // With both complete sets there is only one possible subset.
  if (size == sets.a.size(0) && size == sets.b.size(0)) subsets = 1;
  std::vector<double> values;
  for (std::int64_t i = 0; i < subsets; ++i) {
    report_long_work("kernel distance", i, subsets);
    const auto index = 2 * static_cast<std::uint64_t>(i);
    values.push_back(unbiased_squared_mmd(
        random_subset(sets.a, size, stream_seed(seed, Stream::kSubsets, index)),
        random_subset(sets.b, size, stream_seed(seed, Stream::kSubsets, index + 1))));
  }
  const auto all = torch::tensor(values, torch::kDouble);
  const double spread = subsets > 1 ? all.std().item<double>() : 0.0;
  return {.value = all.mean().item<double>(),
          .standard_error = spread / std::sqrt(static_cast<double>(subsets))};
}

MeanAndDeviation torch_fidelity_kernel_distance(const torch::Tensor& fake,
                                                const torch::Tensor& real) {
  const FeatureSets sets = check_features("kernel distance", fake, real, 2);
  const std::int64_t size = std::min({kKernelSubsetSize, sets.a.size(0), sets.b.size(0)});
  NumpyDraws draws(kTorchFidelitySeed);
  const auto subset = [&](const torch::Tensor& set) {
    return set.index_select(0, draws.permutation(set.size(0)).narrow(0, 0, size));
  };
  std::vector<double> values;
  for (std::int64_t i = 0; i < kKernelSubsets; ++i) {
    report_long_work("kernel distance", i, kKernelSubsets);
    const auto one = subset(sets.a);
    values.push_back(unbiased_squared_mmd(one, subset(sets.b)));
  }
  const auto all = torch::tensor(values, torch::kDouble);
  return {.mean = all.mean().item<double>(),
          .deviation = all.std(/*unbiased=*/false).item<double>()};
}

}  // namespace gan
