#pragma once

#include <cstdint>
#include <functional>

#include <torch/nn/modules/container/sequential.h>
#include <torch/types.h>

#include "gan_train/config/config.hpp"
#include "gan_train/core/classes.hpp"
#include "gan_train/core/random.hpp"

namespace gan {

/// Images are sampled in blocks of this size, whatever the number requested: image i of a seed is
/// always row i % kSampleBlock of block i / kSampleBlock, computed from the same latents with
/// matrices of the same shapes.
inline constexpr std::int64_t kSampleBlock = 64;
/// To draw many images, pass this many blocks at once to generate(), which distributes whole blocks
/// over the CPU threads.
inline constexpr std::int64_t kSampleBlocksAtOnce = 16;

/// Default seed of gan-sample and gan-eval, and the seed of metrics during training, so that
/// gan-eval reproduces those.
inline constexpr std::uint64_t kSampleSeed = 0;

/// A generator on the CPU for one index of one stream.
at::Generator stream_generator(std::uint64_t seed, Stream stream, std::uint64_t index);

/// Latents [n, latent_dim] on the CPU: standard normal, or uniform in [-1, 1). A pure function of
/// its arguments, including n: the rows for one n are not a prefix of those for another. gan-sample
/// and draw_samples draw blocks of kSampleBlock, block i at index i of Stream::kSample.
torch::Tensor draw_latents(const ModelConfig& config, std::int64_t n, std::uint64_t seed,
                           Stream stream, std::uint64_t index);

/// Labels [n] (int64) on the CPU, each as often as its class occurs in the training data; undefined
/// without classes. A pure function of its arguments.
torch::Tensor draw_classes(const Classes& classes, std::int64_t n, std::uint64_t seed,
                           Stream stream, std::uint64_t index);

/// G's inputs for n samples: draw_latents, whose rows depend on n, and, with classes, draw_classes
/// at the same index.
torch::Tensor draw_inputs(const ModelConfig& config, const Classes& classes, std::int64_t n,
                          std::uint64_t seed, Stream stream, std::uint64_t index);

/// Runs G on `inputs` (latents, and classes if any: Conditioning::generator_input) in evaluation
/// mode without gradients, one block at a time; returns [n, c, h, w] on the CPU, float32. bfloat16
/// takes less than half the time and changes pixels by one or two grey levels. Restores the
/// generator's mode.
torch::Tensor generate(torch::nn::Sequential generator, const torch::Tensor& inputs,
                       Precision precision = Precision::kFp32);

/// Draws images 0 … count - 1, a few blocks at a time, so that memory does not grow with the count.
/// `inputs` returns G's inputs for a block of kSampleBlock; `take` receives images [k, c, h, w] and
/// their inputs [k, inputs], and returns whether to continue.
void draw_in_blocks(
    const torch::nn::Sequential& generator, std::int64_t count,
    const std::function<torch::Tensor(std::int64_t block)>& inputs,
    const std::function<bool(const torch::Tensor& images, const torch::Tensor& inputs)>& take,
    Precision precision = Precision::kFp32);

/// The first `count` images that gan-sample draws with that seed and, if above 0, that
/// --truncation, as in a data set: pixels [count, c, h, w] (uint8), or points as floats. `classes`
/// is empty for an unconditional generator.
torch::Tensor draw_samples(const torch::nn::Sequential& generator, const Config& config,
                           const Classes& classes, std::int64_t count, std::uint64_t seed,
                           double truncation = 0.0, Precision precision = Precision::kFp32);

/// The labels [count] that draw_samples asks for; undefined without classes.
torch::Tensor draw_sample_classes(const Classes& classes, std::int64_t count, std::uint64_t seed);

}  // namespace gan
