#include <torch/torch.h>

#include "losses.hpp"

namespace gan {

// max(0, 1 - D(x)) and max(0, 1 + D(G(z))) with D the logit (Lim and Ye 2017):
// images beyond the margin no longer move D.
static torch::Tensor hinge_real(const torch::Tensor& logits, const torch::Tensor&) {
  return (1 - logits).relu().mean();
}

static torch::Tensor hinge_fake(const torch::Tensor& logits, const torch::Tensor&) {
  return (1 + logits).relu().mean();
}

extern const Loss kHinge = {LossKind::kHinge, "hinge at a margin of 1; no labels",
                            LabelKind::kNone, hinge_real,
                            hinge_fake,       minus_mean};

}  // namespace gan
