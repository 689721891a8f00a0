#pragma once

#include <vector>

#include <torch/types.h>

#include "gan_train/train/adam.hpp"

namespace gan {

/// One update of a network down its loss, its gradient scaled down to the L2 norm `max_norm`
/// where that is above 0 and the gradient longer (Pascanu et al. 2013, algorithm 1). Returns
/// the norm before that. A parameter that the loss does not depend on has a gradient of 0.
torch::Tensor descend(const torch::Tensor& loss, Adam& optimizer, double max_norm);

/// Clamps all parameters to [-limit, limit] (Arjovsky et al. 2017, algorithm 1) if limit > 0.
void clip_weights(const std::vector<torch::Tensor>& parameters, double limit);

}  // namespace gan
