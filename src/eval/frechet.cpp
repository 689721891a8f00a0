#include <algorithm>
#include <cmath>

#include <torch/types.h>

#include "eval/features.hpp"
#include "eval/metrics.hpp"

namespace gan {
namespace {

// Clamps: rounding can make the zero eigenvalues of a singular matrix slightly negative.
torch::Tensor root_of_eigenvalues(const torch::Tensor& eigenvalues) {
  return eigenvalues.clamp_min(0).sqrt();
}

// S_a S_b is not symmetric, but has the eigenvalues of S_a^(1/2) S_b S_a^(1/2), which is.
double trace_of_root_of_product(const torch::Tensor& a, const torch::Tensor& b) {
  const auto [values, vectors] = torch::linalg_eigh(a);
  const auto root = (vectors * root_of_eigenvalues(values)).mm(vectors.t());
  const auto product = root.mm(b).mm(root);
  const auto symmetric = (product + product.t()) / 2;
  return root_of_eigenvalues(torch::linalg_eigvalsh(symmetric)).sum().item<double>();
}

}  // namespace

// In blocks, so that only one block at a time is in double.
FeatureStatistics feature_statistics(const torch::Tensor& features) {
  constexpr std::int64_t kBlock = 4096;
  const auto mean = features.mean(0, /*keepdim=*/false, torch::kDouble);
  const std::int64_t width = features.size(1);
  auto sum = torch::zeros({width, width}, torch::kDouble);
  for (const auto& block : features.split(kBlock)) {
    const auto centred = block.to(torch::kDouble) - mean;
    sum.addmm_(centred.t(), centred);
  }
  return {mean, sum.div_(static_cast<double>(std::max<std::int64_t>(1, features.size(0) - 1)))};
}

double frechet_distance(const FeatureStatistics& a, const FeatureStatistics& b) {
  const auto means = (a.mean - b.mean).square().sum().item<double>();
  const auto traces = (a.covariance + b.covariance).trace().item<double>();
  const double common = trace_of_root_of_product(a.covariance, b.covariance);
  return std::max(0.0, means + traces - 2.0 * common);
}

double frechet_distance(const torch::Tensor& a, const FeatureStatistics& b) {
  const std::int64_t n = a.size(0);
  if (n >= a.size(1)) return frechet_distance(feature_statistics(a), b);
  // With S_a = X^T X, X S_b X^T has the nonzero eigenvalues of S_a S_b, and is smaller.
  const auto features = check_features("Fréchet distance", a, a).a.to(torch::kDouble);
  const auto mean = features.mean(0);
  const auto x =
      (features - mean) / std::sqrt(static_cast<double>(std::max<std::int64_t>(1, n - 1)));
  const auto product = x.mm(b.covariance).mm(x.t());
  const auto roots = root_of_eigenvalues(torch::linalg_eigvalsh((product + product.t()) / 2)).sum();
  const auto traces = x.square().sum() + b.covariance.trace();
  const auto distance = (mean - b.mean).square().sum() + traces - 2 * roots;
  return std::max(0.0, distance.item<double>());
}

double frechet_distance(const torch::Tensor& a, const torch::Tensor& b) {
  const FeatureSets sets = check_features("Fréchet distance", a, b);
  return frechet_distance(sets.a, feature_statistics(sets.b));
}

}  // namespace gan
