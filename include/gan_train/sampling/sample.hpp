#pragma once

#include <cstdint>
#include <functional>

#include <torch/nn/modules/container/sequential.h>
#include <torch/types.h>

#include "gan_train/config/config.hpp"
#include "gan_train/core/classes.hpp"
#include "gan_train/core/random.hpp"

namespace gan {

/// Images are sampled in blocks of this many, whatever the number asked for:
/// image i of a seed is always row i % kSampleBlock of block i / kSampleBlock,
/// from the same latents through the same shapes of matrices.
inline constexpr std::int64_t kSampleBlock = 64;
/// Whoever draws many hands so many blocks at once to generate(), which gives each CPU
/// thread whole blocks.
inline constexpr std::int64_t kSampleBlocks = 16;

/// The seed of gan-sample and gan-eval unless they are told another, and of metrics in training,
/// so that gan-eval repeats those.
inline constexpr std::uint64_t kSampleSeed = 0;

/// A generator on the CPU for that place of that stream.
at::Generator stream_generator(std::uint64_t seed, Stream stream, std::uint64_t index);

/// Latents [n, latent_dim] on the CPU: standard normal, or uniform in [-1, 1).
/// A pure function of its arguments, n among them: another n may give other rows, not more or
/// fewer of the same. gan-sample draws blocks of kSampleBlock, block i at index i of
/// Stream::kSample; draw_samples does as much.
torch::Tensor draw_latents(const ModelConfig& config, std::int64_t n, std::uint64_t seed,
                           Stream stream, std::uint64_t index);

/// Labels [n] (int64) on the CPU, uniform over the classes that have images; undefined where there
/// are no classes. A pure function of its arguments.
torch::Tensor draw_classes(const Classes& classes, std::int64_t n, std::uint64_t seed,
                           Stream stream, std::uint64_t index);

/// What G takes for n samples: draw_latents, whose rows depend on n, and, where there are classes,
/// draw_classes of the same place.
torch::Tensor draw_inputs(const ModelConfig& config, const Classes& classes, std::int64_t n,
                          std::uint64_t seed, Stream stream, std::uint64_t index);

/// G on `inputs` (latents, and classes if any: Conditioning::generator_input) in
/// evaluation mode without gradients, a block at a time; [n, c, h, w] on the CPU, float32. In
/// bfloat16 it takes less than half the time, and pixels move by a grey level or two. The
/// generator's mode is put back afterwards.
torch::Tensor generate(torch::nn::Sequential generator, const torch::Tensor& inputs,
                       Precision precision = Precision::kFp32);

/// Draws images 0 … count - 1 some blocks at a time, so that memory does not grow with the count:
/// `inputs` gives what G takes for a block of kSampleBlock; `take` gets images [k, c, h, w] and
/// what they were made of, [k, inputs], and says whether to go on.
void draw_in_blocks(
    const torch::nn::Sequential& generator, std::int64_t count,
    const std::function<torch::Tensor(std::int64_t block)>& inputs,
    const std::function<bool(const torch::Tensor& images, const torch::Tensor& inputs)>& take,
    Precision precision = Precision::kFp32);

/// The first `count` images that gan-sample draws with that seed and, above 0, that --truncation,
/// as a data set holds them: pixels [count, c, h, w] (uint8), or points as floats. An unconditional
/// generator has no classes.
torch::Tensor draw_samples(const torch::nn::Sequential& generator, const Config& config,
                           const Classes& classes, std::int64_t count, std::uint64_t seed,
                           double truncation = 0.0, Precision precision = Precision::kFp32);

/// The labels [count] asked for in these; undefined where there are no classes.
torch::Tensor draw_sample_classes(const Classes& classes, std::int64_t count, std::uint64_t seed);

}  // namespace gan
