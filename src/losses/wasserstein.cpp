#include <torch/torch.h>

#include "losses.hpp"

namespace gan {

torch::Tensor minus_mean(const torch::Tensor& logits) { return -logits.mean(); }

// E D(G(z)) - E D(x) with D the logit (Arjovsky et al. 2017, equation 2 with its sign
// turned): the distance only where D is kept Lipschitz, by a penalty or by clipped weights.
static torch::Tensor critic_real(const torch::Tensor& logits, const torch::Tensor&) {
  return minus_mean(logits);
}

static torch::Tensor critic_fake(const torch::Tensor& logits, const torch::Tensor&) {
  return logits.mean();
}

extern const Loss kWasserstein = {
    LossKind::kWasserstein,
    "difference of the mean logits, for wgan_gp or weight_clip; no labels",
    LabelKind::kNone,
    critic_real,
    critic_fake,
    minus_mean};

}  // namespace gan
