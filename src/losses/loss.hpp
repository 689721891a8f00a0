#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <torch/types.h>

#include "gan_train/config/config.hpp"

namespace gan {

/// The meaning of `loss.real_label` and `loss.fake_label` for a loss.
enum class LabelKind : std::uint8_t {
  kNone,         ///< the loss has no labels
  kProbability,  ///< target of D = sigmoid(logit), from 0 to 1
  kTarget,       ///< target of the logit itself
};

/// A GAN loss on logits: pure functions, each a mean over its batch, as a scalar with gradients. A
/// loss has the first three functions or, if it compares each generated image with a real one, only
/// the fourth. To add one: a LossKind, its functions and a row in src/losses/losses.cpp.
struct Loss {
  LossKind kind;
  std::string_view help;
  LabelKind labels;
  /// Whether a logit above 0 means that D classifies the image as real.
  bool sign_classifies = false;
  /// D's loss on real images, from logits and labels of shape [n].
  torch::Tensor (*real)(const torch::Tensor& logits, const torch::Tensor& labels) = nullptr;
  /// D's loss on generated images, likewise.
  torch::Tensor (*fake)(const torch::Tensor& logits, const torch::Tensor& labels) = nullptr;
  /// G's loss, from D's logits on generated images, shape [n].
  torch::Tensor (*generator)(const torch::Tensor& logits) = nullptr;
  /// A loss that decreases as the logits `above` rise over `below`, both of shape [n]. D passes
  /// real logits as `above` and generated ones as `below`; G the reverse.
  torch::Tensor (*pairs)(const torch::Tensor& above, const torch::Tensor& below) = nullptr;

  bool needs_pairs() const { return pairs != nullptr; }
};

/// All losses; find_row(losses(), kind) finds one.
std::span<const Loss> losses();

/// Throws an Error (exit code 2) if labels, flips or the kind of update don't fit loss or penalty.
void check_loss(const LossConfig& config, const TrainConfig& train);

}  // namespace gan
