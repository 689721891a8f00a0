#pragma once

#include <cstdint>

#include <torch/nn/modules/container/sequential.h>
#include <torch/types.h>

#include "gan_train/config/config.hpp"
#include "gan_train/core/random.hpp"

namespace gan {

/// Images are sampled in blocks of this many, whatever the number asked for:
/// image i of a seed is always row i % kSampleBlock of block i / kSampleBlock,
/// from the same latents through the same shapes of matrices.
inline constexpr std::int64_t kSampleBlock = 64;
/// Whoever draws many hands so many blocks at once to generate(), which gives each CPU
/// thread whole blocks.
inline constexpr std::int64_t kSampleBlocks = 16;

/// Latents [n, latent_dim] on the CPU: standard normal, or uniform in [-1, 1).
/// A pure function of its arguments.
torch::Tensor draw_latents(const ModelConfig& config, std::int64_t n, std::uint64_t seed,
                           Stream stream, std::uint64_t index);

/// Classes [n] (int64) on the CPU, uniform in [0, class_count); undefined where that is 0.
/// A pure function of its arguments.
torch::Tensor draw_classes(std::int64_t class_count, std::int64_t n, std::uint64_t seed,
                           Stream stream, std::uint64_t index);

/// What G takes for n samples: draw_latents and, where class_count > 0, draw_classes of
/// the same place.
torch::Tensor draw_inputs(const ModelConfig& config, std::int64_t class_count, std::int64_t n,
                          std::uint64_t seed, Stream stream, std::uint64_t index);

/// G on `inputs` (latents, and classes if any: Conditioning::generator_input) in
/// evaluation mode without gradients, a block at a time; [n, c, h, w] on the CPU. The
/// generator's mode is put back afterwards.
torch::Tensor generate(torch::nn::Sequential generator, const torch::Tensor& inputs);

}  // namespace gan
