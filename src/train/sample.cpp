#include "gan_train/train/sample.hpp"

#include <algorithm>

#include <torch/torch.h>

#include "gan_train/models/conditioning.hpp"

namespace gan {

torch::Tensor draw_latents(const ModelConfig& config, std::int64_t n, std::uint64_t seed,
                           Stream stream, std::uint64_t index) {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(stream_seed(seed, stream, index));
  torch::Tensor latents = torch::empty({n, config.latent_dim});
  return config.latent == "uniform" ? latents.uniform_(-1.0, 1.0, generator)
                                    : latents.normal_(0.0, 1.0, generator);
}

torch::Tensor draw_classes(std::int64_t class_count, std::int64_t n, std::uint64_t seed,
                           Stream stream, std::uint64_t index) {
  if (class_count == 0) return {};
  SplitMix64 rng(stream_seed(seed, stream, index));
  torch::Tensor classes = torch::empty({n}, torch::kInt64);
  auto* values = classes.data_ptr<std::int64_t>();
  std::generate_n(values, n, [&] {
    return static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(class_count)));
  });
  return classes;
}

torch::Tensor draw_inputs(const ModelConfig& config, std::int64_t class_count, std::int64_t n,
                          std::uint64_t seed, Stream stream, std::uint64_t index) {
  return Conditioning(config, class_count)
      .generator_input(draw_latents(config, n, seed, stream, index),
                       draw_classes(class_count, n, seed, stream, index));
}

torch::Tensor generate(torch::nn::Sequential generator, const torch::Tensor& inputs) {
  const torch::NoGradGuard no_grad;
  const bool was_training = generator->is_training();
  generator->eval();
  const auto device = generator->parameters().front().device();
  std::vector<torch::Tensor> blocks;
  for (std::int64_t begin = 0; begin < inputs.size(0); begin += kSampleBlock) {
    const std::int64_t count = std::min(kSampleBlock, inputs.size(0) - begin);
    auto block = inputs.narrow(0, begin, count);
    // A short block is filled up: matrix kernels may round differently by shape.
    if (count < kSampleBlock) {
      block = torch::cat({block, torch::zeros({kSampleBlock - count, inputs.size(1)})});
    }
    blocks.push_back(generator->forward(block.to(device)).cpu().narrow(0, 0, count));
  }
  generator->train(was_training);
  return torch::cat(blocks);
}

}  // namespace gan
