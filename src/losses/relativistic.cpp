#include <torch/torch.h>

#include "losses.hpp"

namespace gan {

// softplus(-(D(x) - D(G(z)))) for D and softplus(-(D(G(z)) - D(x))) for G, over pairs of one
// real and one generated image (Jolicoeur-Martineau 2018, as used by R3GAN:
// Huang et al. 2024). Only differences of logits count, so D cannot win by
// dropping one mode's fakes altogether.
static torch::Tensor pairing(const torch::Tensor& above, const torch::Tensor& below) {
  return torch::nn::functional::softplus(below - above).mean();
}

extern const Loss kRelativistic = {
    LossKind::kRelativistic,
    "softplus of the difference within pairs of a real and a generated "
    "image; no labels",
    LabelKind::kNone,
    nullptr,
    nullptr,
    nullptr,
    pairing};

}  // namespace gan
