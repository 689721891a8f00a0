#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

#include <torch/types.h>

#include "core/file.hpp"
#include "formats/pt.hpp"

namespace gan {

/// Stride, padding and groups of a convolution.
struct ConvolutionOptions {
  std::int64_t stride = 1;
  std::array<std::int64_t, 2> padding = {0, 0};
  std::int64_t groups = 1;
};

/// A convolution of a network that is not trained, with the batch norm after it folded in.
struct FrozenConvolution {
  torch::Tensor weight;  ///< [out, in / groups, kh, kw], channels_last
  torch::Tensor bias;    ///< [out]
  ConvolutionOptions options;

  torch::Tensor operator()(const torch::Tensor& maps) const;
};

/// Weights of another program's network, looked up by name in its state dict.
class FrozenWeights {
 public:
  /// Reads a .pt, .pth or .safetensors file.
  FrozenWeights(const std::filesystem::path& path, torch::Device device);

  /// The tensor called `name`, as float32. Throws an Error naming file and tensor if it is missing,
  /// has another shape, or contains numbers that are not finite.
  torch::Tensor take(const std::string& name, torch::IntArrayRef shape) const;
  /// The convolution `conv`, without bias, folded with the running statistics of batch norm `norm`.
  FrozenConvolution take(const std::string& conv, const std::string& norm, torch::IntArrayRef shape,
                         const ConvolutionOptions& options, double epsilon) const;

 private:
  std::string name_;
  torch::Device device_;
  Bytes bytes_;
  PtDict dict_;
};

}  // namespace gan
