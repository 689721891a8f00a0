#pragma once

#include <cstdint>

#include <torch/types.h>

namespace gan {

/// How a picture is resized to the square input of a feature network.
enum class Resizing : std::uint8_t {
  kBilinear,         ///< as in pytorch-fid: PyTorch's bilinear, no antialias; then 2 x / 255 - 1
  kTensorFlow,       ///< as in torch-fidelity: bilinear from the upper left corner; (x - 128) / 128
  kBicubic,          ///< as in clean-fid: Pillow's bicubic, with antialias; (x - 128) / 128
  kBicubicAround127  ///< the same; (x - 127) / 128, as in EfficientNet-Lite's training
};

/// A picture uint8 [3, h, w] -> float32 [3, side, side].
torch::Tensor network_input(const torch::Tensor& picture, Resizing resizing, std::int64_t side);

}  // namespace gan
