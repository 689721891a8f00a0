#include <torch/torch.h>

#include "losses.hpp"

namespace gan {

namespace F = torch::nn::functional;

torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels) {
  return F::binary_cross_entropy_with_logits(logits, labels);
}

// -log D(G(z)): gradients stay strong while D wins (Goodfellow et al. 2014, section 3).
static torch::Tensor non_saturating(const torch::Tensor& logits) {
  return F::softplus(-logits).mean();
}

extern const Loss kBce = {
    LossKind::kBce,          "binary cross-entropy, G with the non-saturating form",
    LabelKind::kProbability, cross_entropy,
    cross_entropy,           non_saturating};

}  // namespace gan
