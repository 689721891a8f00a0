#pragma once

#include <torch/nn.h>

#include "gan_train/train/trainer.hpp"

namespace gan {

/// Floating-point operations of the matrix products and convolutions of one layer for one item: two
/// per weight and position where it is used. Norms and activations are not counted; an upsampling
/// convolution counts as the plain form that it replaces. `in` and `out` are the layer's maps for
/// that item, [1, ...].
double layer_flops(const torch::nn::Module& layer, const torch::Tensor& in,
                   const torch::Tensor& out);

/// Floating-point operations of a whole step of the trainer.
double step_flops(const Trainer& trainer);

/// Speed of a 1536 x 1536 float32 matrix product on this machine, in GFLOP/s.
double gemm_gflops_per_s(int rounds);

/// Each network's input for one item, or one pack of images.
torch::Tensor one_latent(const Trainer& trainer);
torch::Tensor one_image(const Trainer& trainer);

}  // namespace gan
