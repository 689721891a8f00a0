#pragma once

#include <functional>

#include <torch/nn/module.h>

namespace gan {

/// Moves the weights of `average` towards those of `live`: decay * average + (1 - decay) * live.
/// Leaves its buffers alone: recompute_statistics() makes those of batch norm.
void update_average(torch::nn::Module& average, const torch::nn::Module& live, double decay);

/// Gives the batch norms of `net` the mean statistics of what `passes` runs through it, as
/// torch.optim.swa_utils.update_bn (Izmailov et al. 2018, section 3.2); averaged running
/// statistics would be those of other weights. Runs nothing if there is no batch norm. Leaves the
/// mode as it was.
void recompute_statistics(torch::nn::Module& net, const std::function<void()>& passes);

}  // namespace gan
