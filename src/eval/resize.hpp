#pragma once

#include <cstdint>

#include <torch/types.h>

namespace gan {

/// How a picture becomes the square input of a feature network.
enum class Resizing : std::uint8_t {
  kBilinear,         ///< as pytorch-fid: PyTorch's bilinear, without antialias; then 2 x / 255 - 1
  kTensorFlow,       ///< as torch-fidelity: bilinear from the upper left corner; (x - 128) / 128
  kBicubic,          ///< as clean-fid: Pillow's bicubic, with antialias; (x - 128) / 128
  kBicubicAround127  ///< the same; (x - 127) / 128, as EfficientNet-Lite was trained
};

/// A picture uint8 [3, h, w] -> float32 [3, side, side].
torch::Tensor network_input(const torch::Tensor& picture, Resizing resizing, std::int64_t side);

}  // namespace gan
