#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include <torch/types.h>

namespace gan {

/// What is known of NVIDIA GPUs and their driver, whether or not LibTorch can use them.
struct GpuInfo {
  bool cuda_build = false;
  long cuda = 0;     ///< CUDA version of LibTorch: 13000 is 13.0
  long headers = 0;  ///< CUDA version of the headers that gan-train was compiled with
  std::size_t usable = 0;
  bool on_bus = false;          ///< among the PCI devices
  bool device_file = false;     ///< in /dev
  bool hidden = false;          ///< by CUDA_VISIBLE_DEVICES
  std::string driver = {};      ///< version of the kernel module; "" if none is loaded
  std::string library = {};     ///< version of libcuda.so.1; "" if there is none
  std::string capability = {};  ///< compute capability of the GPU, as "8.0"
  std::string cuda_error = {};  ///< CUDA's own error message
};

/// The reason why training can't use a GPU, and the cure ("" if there is no GPU to use).
struct GpuProblem {
  std::string what = {};  ///< empty if the GPU can be used
  std::string cure = {};
};

/// Whether LibTorch is built for CUDA. Also true without a driver or GPU, where at::hasCUDA() is
/// false as in a build for the CPU.
bool is_cuda_build();

/// Looks at the machine, with the kernel's files below `root`, and tries that GPU.
GpuInfo query_gpu(const torch::Device& device = torch::kCUDA,
                  const std::filesystem::path& root = "/");

/// If there are several problems, the one that must be cured first.
GpuProblem gpu_problem(const GpuInfo& gpu);

/// "13.0" for 13000.
std::string cuda_name(long version);

}  // namespace gan
