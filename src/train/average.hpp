#pragma once

#include <functional>

#include <torch/nn/module.h>

namespace gan {

/// Moves the weights of `average` towards those of `live`: decay * average + (1 - decay) * live.
/// Takes over its buffers: statistics are not averaged, but made anew for sampling.
void update_average(torch::nn::Module& average, const torch::nn::Module& live, double decay);

/// Gives the batch norms of `net` the mean statistics of what `passes` runs through it, as
/// torch.optim.swa_utils.update_bn does (Izmailov et al. 2018, section 3.2). Averages of the
/// running statistics would not do: they describe what other weights, the live ones, made of
/// it. Without batch norms nothing is run. Leaves the mode as it was.
void recompute_statistics(torch::nn::Module& net, const std::function<void()>& passes);

}  // namespace gan
