#include "models/precision.hpp"

#include <ATen/autocast_mode.h>
#ifdef GAN_TRAIN_HAS_CUDA
#include <ATen/cuda/CUDAContext.h>
#endif

namespace gan {

static bool has_fast_bf16(const torch::Device& device) {
#ifdef __x86_64__
  // Every processor with AMX also has AVX512-BF16.
  if (device.is_cpu()) return __builtin_cpu_supports("avx512bf16") != 0;
#endif
#ifdef GAN_TRAIN_HAS_CUDA
  constexpr int kAmpere = 8;
  if (device.is_cuda()) {
    return at::cuda::getDeviceProperties(device.has_index() ? device.index() : 0)->major >= kAmpere;
  }
#endif
  return false;
}

bool use_bf16(Precision precision, const torch::Device& device) {
  return precision == Precision::kBf16 || (precision == Precision::kAuto && has_fast_bf16(device));
}

Autocast::Autocast(const torch::Device& device, bool enabled)
    : type_(device.type()),
      was_enabled_(at::autocast::is_autocast_enabled(type_)),
      old_type_(at::autocast::get_autocast_dtype(type_)) {
  at::autocast::set_autocast_enabled(type_, enabled);
  at::autocast::set_autocast_dtype(type_, torch::kBFloat16);
  at::autocast::increment_nesting();
}

Autocast::~Autocast() {
  // Weights cast so far are stale after the next update.
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_dtype(type_, old_type_);
  at::autocast::set_autocast_enabled(type_, was_enabled_);
}

}  // namespace gan
