#include "gan_train/train/adam.hpp"

#include <cmath>
#include <utility>

#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "dist/ranks.hpp"

namespace gan {

Adam::Adam(std::vector<torch::Tensor> parameters, double lr, const OptimConfig& config)
    : parameters_(std::move(parameters)),
      lr_(lr),
      lr_on_device_(torch::full({}, lr, parameters_.front().options().dtype(torch::kFloat32))),
      beta1_(config.beta1),
      beta2_(config.beta2),
      eps_(config.eps) {
  for (const auto& parameter : parameters_) {
    state_.exp_avg.push_back(torch::zeros_like(parameter));
    state_.exp_avg_sq.push_back(torch::zeros_like(parameter));
    step_counts_.push_back(torch::zeros({}, parameter.options().dtype(torch::kFloat32)));
  }
}

void Adam::step(std::vector<torch::Tensor> gradients) {
  const torch::NoGradGuard no_grad;
  // The kernel assumes that gradients have the parameters' strides.
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    if (gradients[i].strides() == parameters_[i].strides()) continue;
    gradients[i] = torch::empty_like(parameters_[i]).copy_(gradients[i]);
  }
  at::_foreach_add_(step_counts_, 1);
  const auto update = [&](const auto& lr) {
    at::_fused_adam_(parameters_, gradients, state_.exp_avg, state_.exp_avg_sq,
                     /*max_exp_avg_sqs=*/{}, step_counts_, lr, beta1_, beta2_, /*weight_decay=*/0.0,
                     eps_,
                     /*amsgrad=*/false, /*maximize=*/false);
  };
  lr_on_device_.is_cpu() ? update(lr_ * lr_scale_) : update(lr_on_device_);
}

void Adam::scale_lr(double scale) {
  if (scale != lr_scale_) lr_on_device_.fill_(lr_ * scale);
  lr_scale_ = scale;
}

std::int64_t Adam::steps() const { return std::llround(step_counts_.front().item<float>()); }

void Adam::load(const State& state, std::int64_t steps) {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    state_.exp_avg[i].copy_(state.exp_avg[i]);
    state_.exp_avg_sq[i].copy_(state.exp_avg_sq[i]);
    step_counts_[i].fill_(steps);
  }
}

torch::Tensor descend(const torch::Tensor& loss, Adam& optimizer, double max_norm, Ranks& ranks) {
  const auto& parameters = optimizer.parameters();
  auto gradients =
      torch::autograd::grad({loss}, parameters, /*grad_outputs=*/{}, /*retain_graph=*/std::nullopt,
                            /*create_graph=*/false, /*allow_unused=*/true);
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    if (!gradients[i].defined()) gradients[i] = torch::zeros_like(parameters[i]);
  }
  average_over_ranks(ranks, gradients);
  const auto norm = torch::stack(at::_foreach_norm(gradients)).norm();
  if (max_norm > 0) {
    constexpr double kTiny = 1e-6;  // as in torch.nn.utils.clip_grad_norm_
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
