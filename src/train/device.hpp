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

/// Whether `train.precision` (auto, fp32, tf32 or bf16) means bfloat16 on that device:
/// auto does where the hardware multiplies such matrices faster than float32 ones,
/// that is with AVX512-BF16 (and AMX), or on a GPU of compute capability 8.0 or later.
bool use_bf16(Precision precision, const torch::Device& device);

/// As long as it lives, convolutions and matrix products take and give bfloat16
/// (LibTorch's autocast), if `enabled`. Weights, and what else needs it, stay float32.
class Autocast {
 public:
  Autocast(const torch::Device& device, bool enabled);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  torch::DeviceType type_;
  bool was_enabled_;
  torch::ScalarType old_type_;
};

/// Lays a network's convolution weights out as [n, h, w, c], as cuDNN's bfloat16 and TF32
/// convolutions want them; the maps between follow.
void to_channels_last(torch::nn::Module& net);

/// Whether LibTorch is built for CUDA, even where neither driver nor GPU is there, of which
/// at::hasCUDA() thinks as of a build for the CPU.
bool is_cuda_build();

/// Lets the allocator keep freed memory for the next step, which wants as much again,
/// instead of giving it back to the system page by page.
void keep_freed_memory();

/// Sets what LibTorch keeps for the whole process: the threads, and whether only
/// deterministic algorithms may be used; keeps freed memory. Call it before anything is computed.
void configure_process(const TrainConfig& config);

}  // namespace gan
