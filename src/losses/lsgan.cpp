#include <torch/torch.h>

#include "losses.hpp"

namespace gan {

// (logit - b)² / 2 on real images, (logit - a)² / 2 on generated ones, with b and a the labels
// (Mao et al. 2017, equation 2).
static torch::Tensor half_square(const torch::Tensor& logits, const torch::Tensor& labels) {
  return 0.5 * torch::mse_loss(logits, labels);
}

// (logit - c)² / 2 with c = 1, the paper's choice with a = 0, b = 1 (equation 9).
static torch::Tensor half_square_to_one(const torch::Tensor& logits) {
  return 0.5 * (logits - 1).square().mean();
}

extern const Loss kLsgan = {LossKind::kLsgan,   "least squares between logits and labels",
                            LabelKind::kTarget, half_square,
                            half_square,        half_square_to_one};

}  // namespace gan
