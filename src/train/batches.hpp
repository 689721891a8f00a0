#pragma once

#include <cstdint>

#include "gan_train/config/config.hpp"
#include "gan_train/data/sampler.hpp"

namespace gan {

/// Whether D's update is on half as many images as G's.
bool half_batches(const TrainConfig& train);

/// Real images in each update of D, but perhaps the last of an epoch.
std::int64_t real_batch_size(const TrainConfig& train);

/// An epoch is one pass of D over the data; with replacement it is as many steps
/// as full batches make up the data's number.
std::int64_t derive_steps_per_epoch(const Config& config, const BatchSampler& sampler,
                                    std::int64_t data_size);

/// Error (exit code 2) where a batch, or the last of an epoch, can't be shared among the ranks, is
/// not made up of the groups that D looks at, or is a single row for batch norm.
void check_batches(const Config& config, std::int64_t data_size, int ranks);

}  // namespace gan
