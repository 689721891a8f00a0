#pragma once

#include <torch/nn/modules/conv.h>

#include "models/patches.hpp"

namespace gan {

/// torch::conv2d: [n, in, h, w] -> [n, out, h', w']. On the CPU, uses the fastest form, always in
/// channels_last: bfloat16 under autocast, with the gradient of the weights as a matrix product;
/// images of one channel also as a matrix product, forward and backward twice as fast as oneDNN in
/// bfloat16 and 4 times in float32 (64 4x4 kernels, 28x28, batch 128, one core of an AMD EPYC with
/// AVX512-BF16).
torch::Tensor conv2d(const torch::Tensor& input, const torch::Tensor& weight,
                     const torch::Tensor& bias, const Windows& windows);

/// nn::Conv2d, computed by conv2d(). No dilation, groups or padding modes.
class Conv2dImpl : public torch::nn::ConvNdImpl<2, Conv2dImpl> {
 public:
  explicit Conv2dImpl(const torch::nn::Conv2dOptions& wanted);
  torch::Tensor forward(const torch::Tensor& input);
};
TORCH_MODULE(Conv2d);

/// nn::ConvTranspose2d, computed likewise; for a 1x1 map without padding also as a matrix product.
/// [n, in, h, w] -> [n, out, h', w']
class ConvTranspose2dImpl : public torch::nn::ConvTransposeNdImpl<2, ConvTranspose2dImpl> {
 public:
  explicit ConvTranspose2dImpl(const torch::nn::ConvTranspose2dOptions& wanted);
  torch::Tensor forward(const torch::Tensor& input);
};
TORCH_MODULE(ConvTranspose2d);

/// The windows of a layer's options.
Windows windows_of(const torch::nn::detail::ConvNdOptions<2>& options);

}  // namespace gan
