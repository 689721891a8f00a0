#pragma once

#include <torch/nn.h>

#include "gan_train/train/trainer.hpp"

namespace gan {

/// Floating-point operations of the matrix products and convolutions of one layer for
/// one item: two for each weight and each place where it is met. Norms and activations
/// count for nothing, an upsampling convolution as the plain form that it stands for.
/// `in` and `out` are the layer's maps for that item, [1, ...].
double layer_flops(const torch::nn::Module& layer, const torch::Tensor& in,
                   const torch::Tensor& out);

/// Those of a whole step of the trainer.
double step_flops(const Trainer& trainer);

/// What this machine's 1536 x 1536 float32 matrix product reaches, in GFLOP/s.
double gemm_gflops_per_s(int rounds);

/// What each network takes for one item, or one pack of images.
torch::Tensor one_latent(const Trainer& trainer);
torch::Tensor one_image(const Trainer& trainer);

}  // namespace gan
