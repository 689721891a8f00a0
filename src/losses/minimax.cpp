#include <torch/torch.h>

#include "losses.hpp"

namespace gan {

// log(1 - D(G(z))), the zero-sum game as first written (Goodfellow et al. 2014, equation 1).
static torch::Tensor saturating(const torch::Tensor& logits) {
  return -torch::nn::functional::softplus(logits).mean();
}

extern const Loss kMinimax = {
    LossKind::kMinimax,      "binary cross-entropy, G with the saturating zero-sum form",
    LabelKind::kProbability, cross_entropy,
    cross_entropy,           saturating};

}  // namespace gan
