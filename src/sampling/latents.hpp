#pragma once

#include <cstdint>

#include <torch/types.h>

#include "gan_train/config/config.hpp"

namespace gan {

/// What a generator is fed, other than at random. Inputs are [n, latent_dim + classes] on the
/// CPU, as of draw_inputs.

/// Latents [n, d] drawn by draw_latents, pulled towards 0: none is larger than `threshold`
/// (> 0) in absolute value. They are distributed as if all larger ones had been drawn again,
/// BigGAN's truncation (Brock et al. 2019), but by a monotone map of each value, so
/// that with a lower threshold an image changes gradually: normal latents by way of the
/// normal distribution's quantiles, uniform ones by scaling.
torch::Tensor truncated(const ModelConfig& config, const torch::Tensor& latents, double threshold);

/// A closed walk that visits n inputs in turn, `frames` steps from each to the next and from
/// the last to the first, [n x frames, size]: row i x frames is input i. Latents turn from one
/// to the next along a great circle (slerp: Shoemake 1985; White 2016 for latents), and stay
/// in [-1, 1] where they are uniform; classes blend linearly.
torch::Tensor latent_walk(const ModelConfig& config, const torch::Tensor& inputs,
                          std::int64_t frames);

/// A plane of n x n inputs, row by row, through three: (a + x b + y c) / sqrt(1 + x^2 + y^2)
/// with x (to the right) and y (down) from -1 to 1. Where a, b and c are standard normal, so
/// is each of these; uniform ones are clamped to [-1, 1]. The class is that of a.
torch::Tensor latent_plane(const ModelConfig& config, const torch::Tensor& inputs, std::int64_t n);

}  // namespace gan
