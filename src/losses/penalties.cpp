#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "losses/penalty.hpp"

namespace gan {
namespace {

using torch::Tensor;

// |∇D(x)|² per logit, [n / pack], with a graph to D's parameters. If D has batch norm, an image's
// gradient includes its effect on the other images' logits.
Tensor squared_gradient_norms(const LogitsOf& d, const Tensor& images) {
  const torch::AutoGradMode with_graph(true);
  const auto x = images.detach().requires_grad_();
  const auto logits = d(x);
  const auto slopes = torch::autograd::grad({logits.sum()}, {x}, /*grad_outputs=*/{},
                                            /*retain_graph=*/true, /*create_graph=*/true);
  return slopes[0].reshape({logits.size(0), -1}).square().sum(1);
}

// E |∇D(x)|² / 2.
Tensor zero_centred(const LogitsOf& d, const Tensor& images) {
  return 0.5 * squared_gradient_norms(d, images).mean();
}

// E (|∇D(x)| - 1)².
Tensor one_centred(const LogitsOf& d, const Tensor& images) {
  constexpr double kTiny = 1e-12;  // the square root's derivative is infinite at 0
  return ((squared_gradient_norms(d, images) + kTiny).sqrt() - 1).square().mean();
}

// At u x + (1 - u) G(z) with u uniform in [0, 1) per pair (Gulrajani et al. 2017, equation 3; the
// weight is their lambda, 10).
Tensor wgan_gp(const LogitsOf& d, const LogitsOf&, const Tensor& real, const Tensor& fake,
               const PenaltyNoise& noise) {
  return one_centred(d, torch::lerp(fake, real, noise.shares));
}

// Mescheder et al. 2018, equation 9; the weight is their gamma.
Tensor r1(const LogitsOf& d, const LogitsOf&, const Tensor& real, const Tensor&,
          const PenaltyNoise&) {
  return zero_centred(d, real);
}

// Mescheder et al. 2018, equation 10; the weight is their gamma.
Tensor r2(const LogitsOf&, const LogitsOf& d_fake, const Tensor&, const Tensor& fake,
          const PenaltyNoise&) {
  return zero_centred(d_fake, fake);
}

// R1 + R2 with one weight (Huang et al. 2024).
Tensor r1_r2(const LogitsOf& d, const LogitsOf& d_fake, const Tensor& real, const Tensor& fake,
             const PenaltyNoise&) {
  return zero_centred(d, real) + zero_centred(d_fake, fake);
}

// Around real images (Kodali et al. 2017 with k = 1; the weight is their lambda, 10). As in the
// authors' program, x moves a uniform share of the way to x + std(X) u / 2, with u uniform in [0,
// 1) per pixel and std(X) that of the batch.
Tensor dragan(const LogitsOf& d, const LogitsOf&, const Tensor& real, const Tensor&,
              const PenaltyNoise& noise) {
  return one_centred(d, real + noise.shares * (0.5 * real.std() * noise.pixels));
}

constexpr Penalty kPenalties[] = {
    {.kind = PenaltyKind::kNone, .help = "no penalty"},
    {.kind = PenaltyKind::kWganGp,
     .help = "slope 1 between real and generated images",
     .compute = wgan_gp,
     .noise = PenaltyNoise::Kind::kShares},
    {.kind = PenaltyKind::kR1, .help = "slope 0 at real images", .compute = r1},
    {.kind = PenaltyKind::kR2, .help = "slope 0 at generated images", .compute = r2},
    {.kind = PenaltyKind::kR1R2, .help = "slope 0 at real and generated images", .compute = r1_r2},
    {.kind = PenaltyKind::kDragan,
     .help = "slope 1 around real images",
     .compute = dragan,
     .noise = PenaltyNoise::Kind::kSharesAndPixels},
};

}  // namespace

std::span<const Penalty> penalties() { return kPenalties; }

PenaltyNoise draw_penalty_noise(PenaltyNoise::Kind kind, at::IntArrayRef images,
                                const at::Generator& random) {
  const auto uniform = [&](at::IntArrayRef shape) {
    return torch::empty(shape).uniform_(0.0, 1.0, random);
  };
  PenaltyNoise noise;
  if (kind == PenaltyNoise::Kind::kSharesAndPixels) noise.pixels = uniform(images);
  if (kind != PenaltyNoise::Kind::kNone) noise.shares = uniform({images[0], 1, 1, 1});
  return noise;
}

}  // namespace gan
