#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <torch/types.h>

#include "gan_train/config/config.hpp"

namespace gan {

/// What a loss makes of `loss.real_label` and `loss.fake_label`.
enum class LabelKind : std::uint8_t {
  kNone,         ///< it has no labels
  kProbability,  ///< what D = sigmoid(logit) should be, from 0 to 1
  kTarget,       ///< what the logit itself should be
};

/// A GAN loss on logits: pure functions, each the mean over its batch as a scalar that carries
/// gradients. It has the first three functions or, where it compares each generated image with a
/// real one, the fourth instead. To add one: a
/// LossKind, its functions and a row in src/losses/losses.cpp.
struct Loss {
  LossKind kind;
  std::string_view help;
  LabelKind labels;
  bool sign_tells = false;  ///< whether a logit above 0 means that D takes the image for real
  /// D's loss on real images: logits and labels of shape [n].
  torch::Tensor (*real)(const torch::Tensor& logits, const torch::Tensor& labels) = nullptr;
  /// D's loss on generated images: likewise.
  torch::Tensor (*fake)(const torch::Tensor& logits, const torch::Tensor& labels) = nullptr;
  /// G's loss: D's logits on generated images, shape [n].
  torch::Tensor (*generator)(const torch::Tensor& logits) = nullptr;
  /// A loss that falls as the logits `above` rise over `below`, both of shape [n]. D passes real
  /// logits as `above` and generated ones as `below`; G the other way round.
  torch::Tensor (*pairs)(const torch::Tensor& above, const torch::Tensor& below) = nullptr;

  bool needs_pairs() const { return pairs != nullptr; }
};

/// All losses; find_row(losses(), kind) finds one.
std::span<const Loss> losses();

/// Error (exit code 2) where labels, flips or the kind of update do not fit the loss or penalty.
void check_loss(const LossConfig& config, const TrainConfig& train);

}  // namespace gan
