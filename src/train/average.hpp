#pragma once

#include <cstdint>
#include <functional>

#include <torch/nn/module.h>

namespace gan {

/// How much of the average is kept in a step (from 0): `decay` in the long run, less at first, so
/// that what is averaged is the last ninth of the steps and the first weights soon count nothing.
/// As TensorFlow's ExponentialMovingAverage with num_updates.
double average_decay(double decay, std::int64_t step);

/// Moves the weights of `average` towards those of `live`: decay * average + (1 - decay) * live.
/// Leaves its buffers alone: recompute_statistics() makes those of batch norm.
void update_average(torch::nn::Module& average, const torch::nn::Module& live, double decay);

/// Gives the batch norms of `net` the mean statistics of what `passes` runs through it, as
/// torch.optim.swa_utils.update_bn (Izmailov et al. 2018, section 3.2); averaged running
/// statistics would be those of other weights. Runs nothing if there is no batch norm. Leaves the
/// mode as it was.
void recompute_statistics(torch::nn::Module& net, const std::function<void()>& passes);

}  // namespace gan
