#pragma once

#include <string>

#include <torch/nn/module.h>
#include <torch/types.h>

#include "dist/ranks.hpp"
#include "gan_train/config/config.hpp"

namespace gan {

/// The device that `train.device` names. Throws an Error if this build or machine lacks it. If the
/// name has no number, each of a machine's ranks gets the next GPU.
torch::Device resolve_device(const std::string& name, const Ranks& ranks = single_rank());

/// Stores a network's convolution weights as [n, h, w, c], the layout for cuDNN's bfloat16 and TF32
/// convolutions; the maps between them follow it.
void to_channels_last(torch::nn::Module& net);

/// Lets the allocator keep freed memory for the next step, which needs the same amount, instead of
/// returning it to the system page by page.
void keep_freed_memory();

/// Sets LibTorch's process-wide settings: the threads, TF32, and whether only deterministic
/// algorithms may be used; keeps freed memory. Call it before any computation.
void configure_process(const TrainConfig& config);

}  // namespace gan
