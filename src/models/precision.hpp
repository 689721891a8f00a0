#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include "gan_train/config/choices.hpp"

namespace gan {

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

}  // namespace gan
