#pragma once

#include <torch/types.h>

#include "gan_train/config/config.hpp"
#include "gan_train/core/shape.hpp"
#include "losses/loss.hpp"

namespace gan {

/// Augmentation and instance noise of n images that D sees. Tensors of unused parts are undefined.
struct View {
  torch::Tensor brightness;  ///< [n, 1, 1, 1], added to all pixels
  torch::Tensor saturation;  ///< [n, 1, 1, 1], scales the distance from the pixel's mean
  torch::Tensor contrast;    ///< [n, 1, 1, 1], scales the distance from the image's mean
  torch::Tensor shift;       ///< [n, 2] int64: top and left of the crop from the padded image
  torch::Tensor hole;        ///< [n, 2] int64: top and left of the rectangle cut out
  torch::Tensor noise;       ///< [n, c, h, w], added
};

/// Strength of views at a step.
struct ViewLevel {
  double probability = 0.0;  ///< of each kind of augmentation, if augment.target is set
  double noise = 0.0;        ///< standard deviation
};

/// Throws an Error (exit code 2) if augmentation is configured but the data are not images, or if
/// augment.target has nothing to adapt or no signal to follow.
void check_augment(const AugmentConfig& config, const Loss& loss, const ImageShape& shape);

/// The images [n, c, h, w], with left and right exchanged where `which` (bool [n], on the CPU) is
/// true.
torch::Tensor mirrored(const torch::Tensor& images, const torch::Tensor& which);

/// Draws, on the CPU, the view of images of shape [n, c, h, w]: augmentation from one random
/// generator, noise from the other.
View draw_view(const AugmentConfig& config, const ViewLevel& level, at::IntArrayRef images,
               const at::Generator& augment_random, const at::Generator& noise_random);

/// The augmentation probability after `images` more real images, given the mean sign of D's logits
/// on them (Karras et al. 2020).
double adapted_probability(double probability, double mean_sign, double target, double images);

/// The images as D sees them, with gradients to the originals. D sees real and generated images
/// through such views, in its own updates and in G's (Zhao et al. 2020).
torch::Tensor apply_view(const torch::Tensor& images, const View& view,
                         const AugmentConfig& config);

}  // namespace gan
