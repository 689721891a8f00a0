#include <torch/types.h>

#include "losses/loss.hpp"

namespace gan {
namespace {

using torch::Tensor;

// Mean of -y log D - (1 - y) log(1 - D) with D = sigmoid(logits), stable for any logit.
Tensor cross_entropy(const Tensor& logits, const Tensor& labels) {
  return torch::binary_cross_entropy_with_logits(logits, labels);
}

// Minus the mean logit, which G minimises if D is a critic.
Tensor minus_mean(const Tensor& logits) { return -logits.mean(); }

// G's cross-entropy with labels of one, -log D(G(z)), in a form that keeps small gradients exact
// (Goodfellow et al. 2014, section 3).
Tensor non_saturating(const Tensor& logits) { return torch::softplus(-logits).mean(); }

// log(1 - D(G(z))), the original zero-sum game (Goodfellow et al. 2014, equation 1).
Tensor saturating(const Tensor& logits) { return -torch::softplus(logits).mean(); }

// (logit - b)² / 2 on real images, (logit - a)² / 2 on generated ones, with b and a the labels
// (Mao et al. 2017, equation 2).
Tensor half_square(const Tensor& logits, const Tensor& labels) {
  return 0.5 * torch::mse_loss(logits, labels);
}

// (logit - c)² / 2 with c = 1, the paper's choice for a = 0, b = 1 (equation 9).
Tensor half_square_to_one(const Tensor& logits) { return 0.5 * (logits - 1).square().mean(); }

// max(0, 1 - D(x)) and max(0, 1 + D(G(z))) with D the logit (Lim and Ye 2017): images beyond the
// margin have no effect on D.
Tensor hinge_real(const Tensor& logits, const Tensor&) { return (1 - logits).relu().mean(); }
Tensor hinge_fake(const Tensor& logits, const Tensor&) { return (1 + logits).relu().mean(); }

// E D(G(z)) - E D(x) with D the logit (Arjovsky et al. 2017, equation 2 with the sign reversed). A
// distance only if a penalty or weight clipping keeps D Lipschitz.
Tensor critic_real(const Tensor& logits, const Tensor&) { return minus_mean(logits); }
Tensor critic_fake(const Tensor& logits, const Tensor&) { return logits.mean(); }

// softplus(-(D(x) - D(G(z)))) for D and softplus(-(D(G(z)) - D(x))) for G, over pairs of one real
// and one generated image (Jolicoeur-Martineau 2018, as used in R3GAN: Huang et al. 2024). Only
// differences of logits count, so D can't win by rejecting all fakes of one mode.
Tensor paired(const Tensor& above, const Tensor& below) {
  return torch::softplus(below - above).mean();
}

constexpr Loss kLosses[] = {
    {.kind = LossKind::kBce,
     .help = "binary cross-entropy, G with the non-saturating form",
     .labels = LabelKind::kProbability,
     .sign_classifies = true,
     .real = cross_entropy,
     .fake = cross_entropy,
     .generator = non_saturating},
    {.kind = LossKind::kMinimax,
     .help = "binary cross-entropy, G with the saturating zero-sum form",
     .labels = LabelKind::kProbability,
     .sign_classifies = true,
     .real = cross_entropy,
     .fake = cross_entropy,
     .generator = saturating},
    {.kind = LossKind::kLsgan,
     .help = "least squares between logits and labels",
     .labels = LabelKind::kTarget,
     .real = half_square,
     .fake = half_square,
     .generator = half_square_to_one},
    {.kind = LossKind::kHinge,
     .help = "hinge at a margin of 1; no labels",
     .labels = LabelKind::kNone,
     .sign_classifies = true,
     .real = hinge_real,
     .fake = hinge_fake,
     .generator = minus_mean},
    {.kind = LossKind::kWasserstein,
     .help = "difference of the mean logits, for wgan_gp or weight_clip; no labels",
     .labels = LabelKind::kNone,
     .real = critic_real,
     .fake = critic_fake,
     .generator = minus_mean},
    {.kind = LossKind::kRelativistic,
     .help = "softplus of the difference within pairs of a real and a generated image; no labels",
     .labels = LabelKind::kNone,
     .pairs = paired},
};

}  // namespace

std::span<const Loss> losses() { return kLosses; }

}  // namespace gan
