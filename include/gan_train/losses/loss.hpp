#pragma once

#include <span>
#include <string_view>

#include <torch/types.h>

namespace gan {

/// A GAN loss on logits: pure functions, each the mean over its batch as a
/// scalar that carries gradients. Adding one is a file in src/losses/, its
/// declaration in losses.hpp there and its line in registry.cpp.
struct Loss {
  std::string_view name;
  std::string_view help;
  /// D's loss on real images: logits and labels of shape [n].
  torch::Tensor (*real)(const torch::Tensor& logits, const torch::Tensor& labels);
  /// D's loss on generated images: likewise.
  torch::Tensor (*fake)(const torch::Tensor& logits, const torch::Tensor& labels);
  /// G's loss: D's logits on generated images, shape [n].
  torch::Tensor (*generator)(const torch::Tensor& logits);
};

/// All losses; find_row(losses(), name, "loss") finds one.
std::span<const Loss> losses();

}  // namespace gan
