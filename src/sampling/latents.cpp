#include "sampling/latents.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <torch/types.h>

namespace gan {
namespace {

bool is_uniform(const ModelConfig& config) { return config.latent == Latent::kUniform; }

torch::Tensor latent_part(const ModelConfig& config, const torch::Tensor& inputs) {
  return inputs.narrow(1, 0, config.latent_dim).to(torch::kFloat64);
}

torch::Tensor class_part(const ModelConfig& config, const torch::Tensor& inputs) {
  return inputs.narrow(1, config.latent_dim, inputs.size(1) - config.latent_dim)
      .to(torch::kFloat64);
}

torch::Tensor to_inputs(const ModelConfig& config, torch::Tensor latents,
                        const torch::Tensor& classes) {
  if (is_uniform(config)) latents = latents.clamp(-1.0, 1.0);
  return torch::cat({latents, classes}, 1).to(torch::kFloat32);
}

}  // namespace

torch::Tensor truncated(const ModelConfig& config, const torch::Tensor& latents, double threshold) {
  if (is_uniform(config)) return latents * std::min(threshold, 1.0);
  // In double, since in float erf is 1 from 4 on.
  constexpr double kRoot = std::numbers::sqrt2;
  const auto share = (latents.to(torch::kFloat64) / kRoot).erf() * std::erf(threshold / kRoot);
  return (share.erfinv() * kRoot).clamp(-threshold, threshold).to(latents.scalar_type());
}

torch::Tensor latent_walk(const ModelConfig& config, const torch::Tensor& inputs,
                          std::int64_t frames) {
  // Broadcasts inputs [n, 1, d] against times [1, frames, 1].
  const auto time = torch::arange(frames, torch::kFloat64).div(frames).view({1, frames, 1});
  const auto from = latent_part(config, inputs).unsqueeze(1);
  const auto to = from.roll(-1, 0);
  const auto lengths = (from.norm(2, {-1}, true) * to.norm(2, {-1}, true)).clamp_min(1e-12);
  const auto angle = ((from * to).sum(-1, true) / lengths).clamp(-1.0, 1.0).acos();
  const auto sine = angle.sin();
  // No unique great circle joins parallel or opposite vectors.
  const auto weight = [&](const torch::Tensor& share) {
    return torch::where(sine < 1e-6, share, (share * angle).sin() / sine);
  };
  const auto latents = weight(1.0 - time) * from + weight(time) * to;
  const auto classes = class_part(config, inputs).unsqueeze(1);
  return to_inputs(config, latents.flatten(0, 1),
                   torch::lerp(classes, classes.roll(-1, 0), time).flatten(0, 1));
}

torch::Tensor latent_plane(const ModelConfig& config, const torch::Tensor& inputs, std::int64_t n) {
  const auto steps = torch::linspace(-1.0, 1.0, n, torch::kFloat64);
  const auto x = steps.repeat({n}).unsqueeze(1);  // [n * n, 1]
  const auto y = steps.repeat_interleave(n).unsqueeze(1);
  const auto three = latent_part(config, inputs);
  const auto latents =
      (three[0] + x * three[1] + y * three[2]) / (1.0 + x.square() + y.square()).sqrt();
  return to_inputs(config, latents, class_part(config, inputs).narrow(0, 0, 1).expand({n * n, -1}));
}

}  // namespace gan
