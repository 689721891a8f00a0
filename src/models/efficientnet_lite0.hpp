#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <vector>

#include <torch/types.h>

#include "models/frozen_convolution.hpp"

namespace gan {

/// EfficientNet-Lite0 (Tan and Le 2019, without squeeze-and-excitation and with ReLU6), trained on
/// ImageNet and frozen. Gradients pass through it to the images.
class EfficientNetLite0 {
 public:
  static constexpr std::int64_t kInputSize = 224;  ///< of its training images; other sizes work
  static constexpr std::int64_t kFeatures = 1280;
  /// The channels of maps(), at strides of 4, 8, 16 and 32 pixels.
  static constexpr std::array<std::int64_t, 4> kMapChannels = {24, 40, 112, 320};

  /// Loads the weights in `efficientnet-lite0-57934424.pth`, or in any file with the same names and
  /// shapes. Throws an Error that names the file and the tensor that does not fit.
  explicit EfficientNetLite0(const std::filesystem::path& weights,
                             torch::Device device = torch::kCPU);

  /// Images [n, 3, h, w] float32 in [-1, 1] (pixels: (x - 127) / 128) -> four maps
  /// [n, kMapChannels, ceil(h / stride), ceil(w / stride)].
  std::array<torch::Tensor, 4> maps(const torch::Tensor& images) const;
  /// The same images -> the mean over the last map's positions, [n, kFeatures].
  torch::Tensor features(const torch::Tensor& images) const;

 private:
  struct Block {
    std::vector<FrozenConvolution> expand;  // one layer; none in the first block
    FrozenConvolution depthwise, project;
    bool skip = false;
    torch::Tensor operator()(const torch::Tensor& maps) const;
  };

  FrozenConvolution stem_;
  std::vector<Block> blocks_;
  FrozenConvolution head_;
};

}  // namespace gan
