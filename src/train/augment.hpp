#pragma once

#include <torch/types.h>

#include "gan_train/config/config.hpp"
#include "gan_train/core/shape.hpp"
#include "losses/loss.hpp"

namespace gan {

/// How n images are augmented and blurred by noise before D sees them. A tensor is undefined where
/// its part is off.
struct View {
  torch::Tensor brightness;  ///< [n, 1, 1, 1], added to all pixels
  torch::Tensor saturation;  ///< [n, 1, 1, 1], times the distance from a pixel's mean
  torch::Tensor contrast;    ///< [n, 1, 1, 1], times the distance from the image's mean
  torch::Tensor shift;       ///< [n, 2] int64: top and left of the crop out of the padded image
  torch::Tensor hole;        ///< [n, 2] int64: top and left of the rectangle that is cut out
  torch::Tensor noise;       ///< [n, c, h, w], added
};

/// How much views change images at a step.
struct ViewLevel {
  double probability = 0.0;  ///< of each kind of augmentation, where augment.target is set
  double noise = 0.0;        ///< its standard deviation
};

/// Error (exit code 2) where augmentation is asked for and there are no images to augment, or
/// augment.target has nothing to adapt or nothing to go by.
void check_augment(const AugmentConfig& config, const Loss& loss, const ImageShape& shape);

/// The images [n, c, h, w], those for which `which` (bool [n], on the CPU) says so with left and
/// right exchanged.
torch::Tensor mirrored(const torch::Tensor& images, const torch::Tensor& which);

/// Draws, on the CPU, how images of the shape [n, c, h, w] are shown: augmentation from one
/// generator, noise from the other.
View draw_view(const AugmentConfig& config, const ViewLevel& level, at::IntArrayRef images,
               const at::Generator& augment_random, const at::Generator& noise_random);

/// The probability of augmentation after `images` more real ones, on which D's logits had this
/// mean sign (Karras et al. 2020).
double adapted(double probability, double mean_sign, double target, double images);

/// The images as D sees them, with gradients to the originals. D sees real and generated images
/// through such views in its own updates and in G's (Zhao et al. 2020).
torch::Tensor seen(const torch::Tensor& images, const View& view, const AugmentConfig& config);

}  // namespace gan
