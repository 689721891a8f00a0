#pragma once

#include "cli/doctor.hpp"
#include "train/gpu.hpp"

namespace gan {

/// Reports whether training can use a GPU and, if not, the reason.
Finding gpu_finding(const GpuInfo& gpu);

}  // namespace gan
