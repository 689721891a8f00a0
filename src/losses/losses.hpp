#pragma once

#include "gan_train/losses/loss.hpp"

namespace gan {

/// Mean of -y log D - (1 - y) log(1 - D) with D = sigmoid(logits), stable for any logit.
torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels);

/// Minus the mean logit: what G minimises where D is a critic.
torch::Tensor minus_mean(const torch::Tensor& logits);

}  // namespace gan
