#pragma once

#include <cstdint>

#include <torch/types.h>

#include "gan_train/config/config.hpp"

namespace gan {

/// Generator inputs other than plain random draws: [n, latent_dim + classes] on the CPU, like those
/// of draw_inputs.

/// Latents [n, d] of draw_latents, pulled towards 0 so that none exceeds `threshold` (> 0) in
/// absolute value. Their distribution is that of drawing larger values again, BigGAN's truncation
/// (Brock et al. 2019). But each value is mapped monotonically, so images change gradually as the
/// threshold falls: normal latents through the normal distribution's quantiles, uniform ones by
/// scaling.
torch::Tensor truncated(const ModelConfig& config, const torch::Tensor& latents, double threshold);

/// A closed walk through n inputs in turn, with `frames` steps from each to the next and from the
/// last to the first, [n x frames, size]: row i x frames is input i. Latents move along great
/// circles (slerp: Shoemake 1985; White 2016 for latents), and uniform ones stay in [-1, 1];
/// classes blend linearly.
torch::Tensor latent_walk(const ModelConfig& config, const torch::Tensor& inputs,
                          std::int64_t frames);

/// A plane of n x n inputs, row by row, through three inputs: (a + x b + y c) / sqrt(1 + x^2 + y^2)
/// with x (to the right) and y (down) from -1 to 1. Standard normal a, b and c give standard normal
/// points; uniform ones are clamped to [-1, 1]. The class is that of a.
torch::Tensor latent_plane(const ModelConfig& config, const torch::Tensor& inputs, std::int64_t n);

}  // namespace gan
