#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include "gan_train/config/choices.hpp"

namespace gan {

/// Whether `train.precision` (auto, fp32, tf32 or bf16) means bfloat16 on that device. auto does if
/// the hardware multiplies bfloat16 matrices faster than float32 ones: with AVX512-BF16 (and AMX),
/// or on a GPU of compute capability 8.0 or later.
bool use_bf16(Precision precision, const torch::Device& device);

/// If `enabled`, convolutions and matrix products compute in bfloat16 during its lifetime
/// (LibTorch's autocast). Weights, and operations that need it, stay in float32.
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

}  // namespace gan
