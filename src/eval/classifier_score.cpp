#include <cmath>

#include <torch/types.h>

#include "eval/metrics.hpp"
#include "gan_train/core/error.hpp"

namespace gan {

double classifier_score(const torch::Tensor& probabilities) {
  if (probabilities.dim() != 2 || probabilities.numel() == 0) {
    throw usage_error(
        "classifier score: needs the class probabilities of one image or more, but got ",
        "a tensor of ", probabilities.sizes());
  }
  const auto p = probabilities.detach().to(torch::kCPU, torch::kDouble);
  const bool distributions = p.ge(0).logical_and(p.isfinite()).all().item<bool>() &&
                             (p.sum(1) - 1).abs().max().item<double>() < 1e-3;
  if (!distributions) {
    throw usage_error(
        "classifier score: each row must be probabilities that sum to 1; take the "
        "softmax of logits");
  }
  // xlogy(0, y) is 0, so a class without images adds nothing.
  const auto divergences = (torch::xlogy(p, p) - torch::xlogy(p, p.mean(0))).sum(1);
  return std::exp(divergences.mean().item<double>());
}

}  // namespace gan
