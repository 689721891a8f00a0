#include "gan_train/sampling/sample.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include <torch/nn/modules/container/sequential.h>

#include "core/long_work.hpp"
#include "gan_train/data/dataset.hpp"
#include "models/conditioning.hpp"
#include "models/precision.hpp"
#include "sampling/latents.hpp"

namespace gan {

at::Generator stream_generator(std::uint64_t seed, Stream stream, std::uint64_t index) {
  return at::make_generator<at::CPUGeneratorImpl>(stream_seed(seed, stream, index));
}

torch::Tensor draw_latents(const ModelConfig& config, std::int64_t n, std::uint64_t seed,
                           Stream stream, std::uint64_t index) {
  const auto generator = stream_generator(seed, stream, index);
  torch::Tensor latents = torch::empty({n, config.latent_dim});
  switch (config.latent) {
    case Latent::kNormal:
      return latents.normal_(0.0, 1.0, generator);
    case Latent::kUniform:
      return latents.uniform_(-1.0, 1.0, generator);
  }
  throw unknown_value(config.latent);
}

torch::Tensor draw_classes(const Classes& classes, std::int64_t n, std::uint64_t seed,
                           Stream stream, std::uint64_t index) {
  if (classes.count == 0) return {};
  SplitMix64 rng(stream_seed(seed, stream, index));
  torch::Tensor labels = torch::empty({n}, torch::kInt64);
  std::vector<std::int64_t> ends = classes.images;  // images ends[i - 1] … ends[i] - 1 have label i
  if (ends.empty()) ends.assign(static_cast<std::size_t>(classes.count), 1);
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  const auto images = static_cast<std::uint64_t>(ends.back());
  std::generate_n(labels.data_ptr<std::int64_t>(), n, [&] {
    return std::ranges::upper_bound(ends, static_cast<std::int64_t>(rng.below(images))) -
           ends.begin();
  });
  return labels;
}

torch::Tensor draw_inputs(const ModelConfig& config, const Classes& classes, std::int64_t n,
                          std::uint64_t seed, Stream stream, std::uint64_t index) {
  return Conditioning(config, classes.count)
      .generator_input(draw_latents(config, n, seed, stream, index),
                       draw_classes(classes, n, seed, stream, index));
}

namespace {

// Images begin … begin + size - 1 of the inputs. Pads a short block, since matrix kernels may round
// differently by shape.
torch::Tensor generate_block(torch::nn::Sequential& generator, const torch::Tensor& inputs,
                             std::int64_t begin, std::int64_t size, const torch::Device& device) {
  const std::int64_t count = std::min(inputs.size(0) - begin, size);
  auto block = torch::zeros({size, inputs.size(1)});
  block.narrow(0, 0, count).copy_(inputs.narrow(0, begin, count));
  const auto images = generator->forward(block.to(device));
  return images.to(torch::kCPU, torch::kFloat32).narrow(0, 0, count);
}

}  // namespace

torch::Tensor generate(torch::nn::Sequential generator, const torch::Tensor& inputs,
                       Precision precision) {
  const bool was_training = generator->is_training();
  generator->eval();
  const auto device = generator->parameters().front().device();
  const bool bf16 = use_bf16(precision, device);
  // Each block casts the weights again, so larger blocks are faster in bfloat16.
  const std::int64_t size = bf16 ? 4 * kSampleBlock : kSampleBlock;
  const std::int64_t needed = (inputs.size(0) + size - 1) / size;
  std::vector<torch::Tensor> blocks(static_cast<std::size_t>(needed));
  const auto run = [&](std::int64_t begin, std::int64_t end) {
    const c10::InferenceMode no_grad;  // both are thread-local
    const Autocast autocast(device, bf16);
    for (std::int64_t i = begin; i < std::min(end, needed); ++i) {
      blocks[static_cast<std::size_t>(i)] =
          generate_block(generator, inputs, i * size, size, device);
    }
  };
  if (device.is_cpu()) {
    // One thread per block, so that threads don't wait for each other and the images don't depend
    // on their number. A lone block would run outside a parallel region, on all threads.
    at::parallel_for(0, std::max<std::int64_t>(needed, 2), 1, run);
  } else {
    run(0, needed);
  }
  generator->train(was_training);
  return torch::cat(blocks);
}

void draw_in_blocks(
    const torch::nn::Sequential& generator, std::int64_t count,
    const std::function<torch::Tensor(std::int64_t block)>& inputs,
    const std::function<bool(const torch::Tensor& images, const torch::Tensor& inputs)>& take,
    Precision precision) {
  for (std::int64_t done = 0; done < count; done += kSampleBlocksAtOnce * kSampleBlock) {
    report_long_work("drawing samples", done, count);
    const std::int64_t wanted = std::min(kSampleBlocksAtOnce * kSampleBlock, count - done);
    std::vector<torch::Tensor> blocks;
    for (std::int64_t i = 0; i < wanted; i += kSampleBlock) {
      blocks.push_back(inputs((done + i) / kSampleBlock));
    }
    const auto fed = torch::cat(blocks);
    if (!take(generate(generator, fed, precision).narrow(0, 0, wanted), fed.narrow(0, 0, wanted)))
      return;
  }
}

torch::Tensor draw_samples(const torch::nn::Sequential& generator, const Config& config,
                           const Classes& classes, std::int64_t count, std::uint64_t seed,
                           double truncation, Precision precision) {
  std::vector<torch::Tensor> parts;
  const auto inputs = [&](std::int64_t block) {
    const auto drawn = draw_inputs(config.model, classes, kSampleBlock, seed, Stream::kSample,
                                   static_cast<std::uint64_t>(block));
    const auto latents = drawn.narrow(1, 0, config.model.latent_dim);
    if (truncation > 0) latents.copy_(truncated(config.model, latents, truncation));
    return drawn;
  };
  const auto take = [&](const torch::Tensor& images, const torch::Tensor&) {
    const bool points = ImageShape{images.size(1), images.size(2), images.size(3)}.is_point();
    parts.push_back(
        points ? images : to_pixels(images, config.data.range).permute({0, 3, 1, 2}).contiguous());
    return true;
  };
  draw_in_blocks(generator, count, inputs, take, precision);
  return torch::cat(parts);
}

torch::Tensor draw_sample_classes(const Classes& classes, std::int64_t count, std::uint64_t seed) {
  if (classes.count == 0) return {};
  std::vector<torch::Tensor> blocks;
  for (std::int64_t block = 0; block * kSampleBlock < count; ++block) {
    blocks.push_back(draw_classes(classes, kSampleBlock, seed, Stream::kSample,
                                  static_cast<std::uint64_t>(block)));
  }
  return torch::cat(blocks).narrow(0, 0, count);
}

}  // namespace gan
