#pragma once

#include <cstddef>
#include <string>

#include "cli/doctor.hpp"

namespace gan {

/// What there is to see of an NVIDIA GPU and its driver, whatever LibTorch makes of them.
struct GpuSigns {
  bool cuda_build = false;
  std::string cuda = {};  ///< that LibTorch is built with
  std::size_t usable = 0;
  bool has_gpu = false;
  std::string driver = {};  ///< "" where none is loaded
};

/// Whether training can use what is there; where it can't, what is in the way.
Finding judge_gpu(const GpuSigns& signs);

}  // namespace gan
