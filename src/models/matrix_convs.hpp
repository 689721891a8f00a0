#pragma once

#include <torch/nn/modules/conv.h>

namespace gan {

/// Convolutions at the two ends of a network, as the one matrix product that they are:
/// the same functions of the same parameters as LibTorch's, several times as fast as
/// its kernels, which are made for many channels and larger maps.

/// nn::Conv2d for images of one channel: the patches as columns, then the product.
/// [n, 1, h, w] -> [n, out, h', w']
class OneChannelConv2dImpl : public torch::nn::ConvNdImpl<2, OneChannelConv2dImpl> {
 public:
  explicit OneChannelConv2dImpl(const torch::nn::Conv2dOptions& wanted);
  torch::Tensor forward(const torch::Tensor& input);
};
TORCH_MODULE(OneChannelConv2d);

/// nn::ConvTranspose2d of a 1x1 map without padding. [n, in, 1, 1] -> [n, out, k, k']
class StemConvTranspose2dImpl : public torch::nn::ConvTransposeNdImpl<2, StemConvTranspose2dImpl> {
 public:
  explicit StemConvTranspose2dImpl(const torch::nn::ConvTranspose2dOptions& wanted);
  torch::Tensor forward(const torch::Tensor& input);
};
TORCH_MODULE(StemConvTranspose2d);

/// nn::ConvTranspose2d to images of one channel: the product, whose columns are added up where the
/// patches overlap, in float32 whatever the product's type. [n, in, h, w] -> [n, 1, h', w']
class OneChannelConvTranspose2dImpl
    : public torch::nn::ConvTransposeNdImpl<2, OneChannelConvTranspose2dImpl> {
 public:
  explicit OneChannelConvTranspose2dImpl(const torch::nn::ConvTranspose2dOptions& wanted);
  torch::Tensor forward(const torch::Tensor& input);
};
TORCH_MODULE(OneChannelConvTranspose2d);

}  // namespace gan
