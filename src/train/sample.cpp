#include "gan_train/train/sample.hpp"

#include <algorithm>

#include <torch/torch.h>

namespace gan {

torch::Tensor draw_latents(const ModelConfig& config, std::int64_t n, std::uint64_t seed,
                           Stream stream, std::uint64_t index) {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(stream_seed(seed, stream, index));
  torch::Tensor latents = torch::empty({n, config.latent_dim});
  return config.latent == "uniform" ? latents.uniform_(-1.0, 1.0, generator)
                                    : latents.normal_(0.0, 1.0, generator);
}

torch::Tensor generate(torch::nn::Sequential generator, const torch::Tensor& latents) {
  const torch::NoGradGuard no_grad;
  const bool was_training = generator->is_training();
  generator->eval();
  const auto device = generator->parameters().front().device();
  std::vector<torch::Tensor> blocks;
  for (std::int64_t begin = 0; begin < latents.size(0); begin += kSampleBlock) {
    const std::int64_t count = std::min(kSampleBlock, latents.size(0) - begin);
    auto block = latents.narrow(0, begin, count);
    // A short block is filled up: matrix kernels may round differently by shape.
    if (count < kSampleBlock) {
      block = torch::cat({block, torch::zeros({kSampleBlock - count, latents.size(1)})});
    }
    blocks.push_back(generator->forward(block.to(device)).cpu().narrow(0, 0, count));
  }
  generator->train(was_training);
  return torch::cat(blocks);
}

}  // namespace gan
