#include <torch/torch.h>

#include "gan_train/core/registry.hpp"

#include "penalties.hpp"

namespace gan {

extern const Penalty kNoPenalty = {PenaltyKind::kNone, "no penalty", nullptr};

std::span<const Penalty> penalties() {
  GAN_REGISTRY(Penalty, kNoPenalty, kWganGp, kR1, kR2, kR1R2, kDragan);
}

torch::Tensor squared_slopes(const LogitsOf& d, const torch::Tensor& images) {
  const torch::AutoGradMode with_graph(true);
  const auto x = images.detach().requires_grad_();
  const auto logits = d(x);
  const auto slopes = torch::autograd::grad({logits.sum()}, {x}, /*grad_outputs=*/{},
                                            /*retain_graph=*/true, /*create_graph=*/true);
  return slopes[0].reshape({logits.size(0), -1}).square().sum(1);
}

torch::Tensor distance_from_slope_one(const LogitsOf& d, const torch::Tensor& images) {
  constexpr double kTiny = 1e-12;  // the root's own slope at 0 is infinite
  return ((squared_slopes(d, images) + kTiny).sqrt() - 1).square().mean();
}

torch::Tensor uniform_like(const torch::Tensor& images, at::IntArrayRef shape,
                           const at::Generator& random) {
  return torch::empty(shape).uniform_(0.0, 1.0, random).to(images.options());
}

}  // namespace gan
