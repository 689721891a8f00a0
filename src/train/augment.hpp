#pragma once

#include <torch/types.h>

#include "gan_train/config/config.hpp"
#include "gan_train/core/shape.hpp"

namespace gan {

/// Error (exit code 2) where augmentation is asked for and there are no images to augment.
void check_augment(const AugmentConfig& config, const ImageShape& shape);

/// Images [n, c, h, w], each shifted, cut out and brightened at random as `config` says,
/// with gradients to the originals (Zhao et al. 2020: what D is shown is augmented, real and
/// generated alike, in its own updates and in G's). `random` is a generator of the CPU.
torch::Tensor augment(const torch::Tensor& images, const AugmentConfig& config,
                      const at::Generator& random);

/// How D is shown images: augmented, then with noise of that standard deviation.
struct Lens {
  const AugmentConfig& config;
  at::Generator augment_random;
  double noise;
  at::Generator noise_random;

  torch::Tensor operator()(const torch::Tensor& images) const;
};

}  // namespace gan
