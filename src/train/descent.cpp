#include "descent.hpp"

#include <torch/torch.h>

#include "gan_train/dist/ranks.hpp"

namespace gan {

torch::Tensor descend(const torch::Tensor& loss, Adam& optimizer, double max_norm) {
  const auto& parameters = optimizer.parameters();
  auto gradients =
      torch::autograd::grad({loss}, parameters, /*grad_outputs=*/{}, /*retain_graph=*/std::nullopt,
                            /*create_graph=*/false, /*allow_unused=*/true);
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    if (!gradients[i].defined()) gradients[i] = torch::zeros_like(parameters[i]);
  }
  average_over_ranks(gradients);
  const auto norm = torch::stack(at::_foreach_norm(gradients)).norm();
  if (max_norm > 0) {
    constexpr double kTiny = 1e-6;  // as torch.nn.utils.clip_grad_norm_ has it
    gradients = at::_foreach_mul(gradients, (max_norm / (norm + kTiny)).clamp_max(1.0));
  }
  optimizer.step(std::move(gradients));
  return norm;
}

void clip_weights(const std::vector<torch::Tensor>& parameters, double limit) {
  if (limit <= 0) return;
  const torch::NoGradGuard no_grad;
  at::_foreach_clamp_min_(parameters, -limit);
  at::_foreach_clamp_max_(parameters, limit);
}

}  // namespace gan
