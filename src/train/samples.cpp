#include <vector>

#include <torch/torch.h>

#include "gan_train/data/dataset.hpp"
#include "gan_train/train/latents.hpp"
#include "gan_train/train/sample.hpp"

namespace gan {

torch::Tensor draw_samples(const torch::nn::Sequential& generator, const Config& config,
                           std::int64_t class_count, std::int64_t count, std::uint64_t seed,
                           double truncation) {
  std::vector<torch::Tensor> parts;
  const auto inputs = [&](std::int64_t block) {
    const auto drawn = draw_inputs(config.model, class_count, kSampleBlock, seed, Stream::kSample,
                                   static_cast<std::uint64_t>(block));
    const auto latents = drawn.narrow(1, 0, config.model.latent_dim);
    if (truncation > 0) latents.copy_(truncated(config.model, latents, truncation));
    return drawn;
  };
  draw_in_blocks(generator, count, inputs, [&](const torch::Tensor& images, const torch::Tensor&) {
    const bool points = ImageShape{images.size(1), images.size(2), images.size(3)}.is_point();
    parts.push_back(
        points ? images : to_pixels(images, config.data.range).permute({0, 3, 1, 2}).contiguous());
    return true;
  });
  return torch::cat(parts);
}

torch::Tensor draw_sample_classes(std::int64_t class_count, std::int64_t count,
                                  std::uint64_t seed) {
  if (class_count == 0) return {};
  std::vector<torch::Tensor> blocks;
  for (std::int64_t block = 0; block * kSampleBlock < count; ++block) {
    blocks.push_back(draw_classes(class_count, kSampleBlock, seed, Stream::kSample,
                                  static_cast<std::uint64_t>(block)));
  }
  return torch::cat(blocks).narrow(0, 0, count);
}

}  // namespace gan
