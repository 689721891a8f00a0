#pragma once

#include <cstdint>

#include "data/sampler.hpp"
#include "gan_train/config/config.hpp"

namespace gan {

/// Whether D's update uses half as many images as G's.
bool half_batches(const TrainConfig& train);

/// Real images in each update of D, except perhaps in the last batch of an epoch.
std::int64_t real_batch_size(const TrainConfig& train);

/// Steps in one pass of D over the data; with replacement, the number of full batches in the data
/// set.
std::int64_t derive_steps_per_epoch(const Config& config, const BatchSampler& sampler,
                                    std::int64_t data_size);

/// Throws an Error (exit code 2) if a batch, or the last of an epoch, can't be divided among the
/// ranks or into the groups of images that D compares, or is a single row for batch norm.
void check_batches(const Config& config, std::int64_t data_size, int ranks);

/// The factor in (0, 1] that `optim.schedule` and `optim.warmup_steps` apply to the learning rates
/// in a step (from 0).
double lr_factor(const OptimConfig& config, std::int64_t step, std::int64_t total_steps);

/// The standard deviation of instance noise at a step (Sønderby et al. 2016).
double noise_level(const TrainConfig& config, std::int64_t step, std::int64_t total_steps);

}  // namespace gan
