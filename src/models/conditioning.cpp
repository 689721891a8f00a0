#include "models/conditioning.hpp"

#include <torch/types.h>

#include "gan_train/core/registry.hpp"
#include "gan_train/models/networks.hpp"

namespace gan {

Conditioning::Conditioning(const ModelConfig& config, std::int64_t class_count)
    : mode_(config.conditional),
      class_count_(mode_ == Conditional::kNone ? 0 : class_count),
      pack_(config.pack),
      flat_(find_row(architectures(), config.arch).flat) {}

torch::Tensor Conditioning::generator_input(const torch::Tensor& latents,
                                            const torch::Tensor& classes) const {
  if (class_count_ == 0) return latents;
  return torch::cat({latents, torch::one_hot(classes, class_count_).to(latents.scalar_type())}, 1);
}

torch::Tensor Conditioning::discriminator_input(const torch::Tensor& images,
                                                const torch::Tensor& classes) const {
  auto input = images;
  if (mode_ == Conditional::kConcat) {
    const auto one_hot = torch::one_hot(classes, class_count_).to(images.scalar_type());
    const auto planes = one_hot.view({-1, class_count_, 1, 1});
    input = flat_
                ? torch::cat({images.flatten(1), one_hot}, 1)
                : torch::cat({images, planes.expand({-1, -1, images.size(2), images.size(3)})}, 1);
  }
  if (pack_ == 1) return input;
  auto sizes = input.sizes().vec();
  sizes[0] /= pack_;
  sizes[1] *= pack_;
  return input.reshape(sizes);
}

torch::Tensor Conditioning::logits(const torch::Tensor& output,
                                   const torch::Tensor& classes) const {
  if (output.dim() == 1) return output;
  auto psi = output.select(1, 0);
  if (mode_ != Conditional::kProjection) return psi;
  const auto products = output.narrow(1, 1, class_count_);  // <v_y, h> for every y
  return psi + products.gather(1, classes.unsqueeze(1)).squeeze(1);
}

torch::Tensor Conditioning::class_loss(const torch::Tensor& output,
                                       const torch::Tensor& classes) const {
  if (mode_ != Conditional::kAcgan) return {};
  return torch::cross_entropy_loss(output.narrow(1, 1, class_count_), classes);
}

}  // namespace gan
