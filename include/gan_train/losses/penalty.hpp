#pragma once

#include <functional>
#include <span>
#include <string_view>

#include <torch/types.h>

#include "gan_train/config/choices.hpp"

namespace gan {

/// D's logits [n] on images [n, c, h, w].
using LogitsOf = std::function<torch::Tensor(const torch::Tensor& images)>;

/// A penalty on the gradient of D with respect to the images it sees, which is added
/// to D's loss. Adding one is a PenaltyKind, a file in src/losses/ and its name in
/// penalty_registry.cpp there.
struct Penalty {
  PenaltyKind kind;
  std::string_view help;
  /// The penalty at `loss.penalty_weight` = 1: a scalar with gradients to D's parameters,
  /// from as many real as generated images, both without a graph. `d` takes images for those of
  /// the real ones' classes, `d_fake` for those of the generated ones'; without classes they are
  /// the same. What is drawn comes from `random`, a generator of the CPU. Null for the row "none".
  torch::Tensor (*compute)(const LogitsOf& d, const LogitsOf& d_fake, const torch::Tensor& real,
                           const torch::Tensor& fake, const at::Generator& random);
  /// Whether it draws, so that ranks draw each its own, and no CUDA graph can repeat it.
  bool draws = false;
};

/// All penalties; find_row(penalties(), kind) finds one.
std::span<const Penalty> penalties();

}  // namespace gan
