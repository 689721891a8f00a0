#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include <torch/types.h>

#include "gan_train/config/choices.hpp"

namespace gan {

/// D's logits [n] on images [n, c, h, w].
using LogitsOf = std::function<torch::Tensor(const torch::Tensor& images)>;

/// The random numbers of one penalty on n images, uniform in [0, 1); undefined where unused.
struct PenaltyNoise {
  enum class Kind : std::uint8_t { kNone, kShares, kSharesAndPixels };
  torch::Tensor shares;  ///< [n, 1, 1, 1]
  torch::Tensor pixels;  ///< [n, c, h, w]
};

/// A penalty on the gradient of D with respect to its input images, added to D's loss. To add
/// one: a PenaltyKind, a function and a row in src/losses/penalties.cpp.
struct Penalty {
  PenaltyKind kind;
  std::string_view help;
  /// The penalty for `loss.penalty_weight` = 1: a scalar with gradients to D's parameters. `real`
  /// and `fake` have equally many images and carry no graph; `d` returns logits for the classes of
  /// the real images, `d_fake` for those of the generated ones. Null in the row "none".
  torch::Tensor (*compute)(const LogitsOf& d, const LogitsOf& d_fake, const torch::Tensor& real,
                           const torch::Tensor& fake, const PenaltyNoise& noise) = nullptr;
  PenaltyNoise::Kind noise = PenaltyNoise::Kind::kNone;
};

/// All penalties; find_row(penalties(), kind) finds one.
std::span<const Penalty> penalties();

/// Draws, on the CPU, a penalty's noise for images of shape `images`.
PenaltyNoise draw_penalty_noise(PenaltyNoise::Kind kind, at::IntArrayRef images,
                                const at::Generator& random);

}  // namespace gan
