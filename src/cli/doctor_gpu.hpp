#pragma once

#include "cli/doctor.hpp"
#include "train/gpu.hpp"

namespace gan {

/// Reports whether training can use a GPU and, if not, the reason.
Finding judge_gpu(const GpuSigns& signs);

}  // namespace gan
