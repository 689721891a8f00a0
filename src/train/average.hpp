#pragma once

#include <cstdint>
#include <functional>

#include <torch/nn/module.h>

namespace gan {

/// The share of the average that a step (from 0) keeps: eventually `decay`, less at first, so that
/// the average covers the last ninth of the steps and the first weights soon have no influence. As
/// in TensorFlow's ExponentialMovingAverage with num_updates.
double average_decay(double decay, std::int64_t step);

/// Moves the weights of `average` towards those of `live`: decay * average + (1 - decay) * live.
/// Does not change its buffers: recompute_statistics() computes those of batch norm.
void update_average(torch::nn::Module& average, const torch::nn::Module& live, double decay);

/// Sets the batch norms of `net` to the mean statistics of the data that `passes` runs through it,
/// like torch.optim.swa_utils.update_bn (Izmailov et al. 2018, section 3.2); averaged running
/// statistics would belong to other weights. Runs nothing without batch norm. Restores the mode.
void recompute_statistics(torch::nn::Module& net, const std::function<void()>& passes);

}  // namespace gan
