#pragma once

#include "gan_train/losses/loss.hpp"

namespace gan {

// The losses that registry.cpp lists, each defined in the file of its name.
extern const Loss kBce;
extern const Loss kMinimax;

/// Mean of -y log D - (1 - y) log(1 - D) with D = sigmoid(logits), stable for any logit.
torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels);

}  // namespace gan
