#pragma once

#include "cli/doctor.hpp"
#include "train/gpu.hpp"

namespace gan {

/// Whether training can use what is there; where it can't, what is in the way.
Finding judge_gpu(const GpuSigns& signs);

}  // namespace gan
