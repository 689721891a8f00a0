#pragma once

#include <string>

#include <torch/nn/module.h>
#include <torch/types.h>

#include "dist/ranks.hpp"
#include "gan_train/config/config.hpp"

namespace gan {

/// The device that `train.device` names; Error where this build or machine lacks it. Of
/// several ranks on a machine each gets the next GPU, where the name has no number.
torch::Device resolve_device(const std::string& name, const Ranks& ranks = single_rank());

/// Lays a network's convolution weights out as [n, h, w, c], as cuDNN's bfloat16 and TF32
/// convolutions want them; the maps between follow.
void to_channels_last(torch::nn::Module& net);

/// Lets the allocator keep freed memory for the next step, which wants as much again,
/// instead of giving it back to the system page by page.
void keep_freed_memory();

/// Sets what LibTorch keeps for the whole process: the threads, and whether only
/// deterministic algorithms may be used; keeps freed memory. Call it before anything is computed.
void configure_process(const TrainConfig& config);

}  // namespace gan
