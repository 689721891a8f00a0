#include <algorithm>

#include <torch/types.h>

#include "eval/features.hpp"
#include "eval/metrics.hpp"

namespace gan {
namespace {

struct FittedGaussian {
  torch::Tensor mean;        // [d]
  torch::Tensor covariance;  // [d, d]
};

FittedGaussian fit_gaussian(const torch::Tensor& features) {
  const auto mean = features.mean(0, /*keepdim=*/false, torch::kDouble);
  const auto centred = features.to(torch::kDouble) - mean;
  const auto degrees = std::max<std::int64_t>(1, features.size(0) - 1);
  return {mean, centred.t().mm(centred) / degrees};
}

// Rounding leaves the zeros of a singular matrix a little to either side.
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

double frechet_distance(const torch::Tensor& a, const torch::Tensor& b) {
  const FeatureSets sets = check_features("Fréchet distance", a, b);
  const FittedGaussian one = fit_gaussian(sets.a);
  const FittedGaussian two = fit_gaussian(sets.b);
  const auto means = (one.mean - two.mean).square().sum().item<double>();
  const auto traces = (one.covariance + two.covariance).trace().item<double>();
  const double common = trace_of_root_of_product(one.covariance, two.covariance);
  return std::max(0.0, means + traces - 2.0 * common);
}

}  // namespace gan
