#pragma once

#include <cstdint>

#include <torch/types.h>

#include "gan_train/config/config.hpp"

namespace gan {

/// What D is told of a batch: labels [n] of its real and of its generated images.
struct Labels {
  torch::Tensor real;
  torch::Tensor fake;
};

/// Draws them on the CPU as `loss.real_label`, `loss.fake_label` and `loss.label_flip` say. A
/// flipped image takes the label that was drawn for its partner in the other half. A pure
/// function of its arguments.
Labels draw_labels(const LossConfig& config, std::int64_t n, std::uint64_t seed,
                   std::uint64_t batch);

}  // namespace gan
