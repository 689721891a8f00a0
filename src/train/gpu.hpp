#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include <torch/types.h>

namespace gan {

/// What there is to see of NVIDIA's GPUs and their driver, whatever LibTorch makes of them.
struct GpuSigns {
  bool cuda_build = false;
  long cuda = 0;     ///< CUDA that LibTorch is built with: 13000 is 13.0
  long headers = 0;  ///< CUDA of the headers that gan-train was compiled with
  std::size_t usable = 0;
  bool on_bus = false;          ///< among the PCI devices
  bool device_file = false;     ///< in /dev
  bool hidden = false;          ///< by CUDA_VISIBLE_DEVICES
  std::string driver = {};      ///< version of the kernel module; "" where none is loaded
  std::string library = {};     ///< of libcuda.so.1; "" where there is none
  std::string capability = {};  ///< compute capability of the GPU, as "8.0"
  std::string says = {};        ///< CUDA's own words for what is amiss
};

/// Why training can't use a GPU, and what cures it ("" where there is none to use).
struct GpuProblem {
  std::string what = {};  ///< "" where all is well
  std::string cure = {};
};

/// Whether LibTorch is built for CUDA, even where neither driver nor GPU is there, of which
/// at::hasCUDA() thinks as of a build for the CPU.
bool is_cuda_build();

/// Looks at the machine, the files of whose kernel are below `root`, and tries that GPU.
GpuSigns look_for_gpus(const torch::Device& device = torch::kCUDA,
                       const std::filesystem::path& root = "/");

/// Where several things are amiss, the one that must be cured first.
GpuProblem gpu_problem(const GpuSigns& signs);

/// "13.0" of 13000.
std::string cuda_name(long version);

}  // namespace gan
