#include "core/version.hpp"

#include <cstdio>

#include <ATen/Version.h>
#include <torch/cuda.h>
#include <torch/types.h>
#include <torch/version.h>

#include "cli/commands.hpp"
#include "core/text.hpp"
#include "dist/mpi.hpp"
#include "train/gpu.hpp"

namespace gan {

void print_version() {
  std::printf("gan-train %s\n", kVersion);
  std::printf("LibTorch  %s\n", TORCH_VERSION);
  if (torch::cuda::is_available()) {
    std::printf("devices   CPU, %zu CUDA device(s)\n",
                static_cast<std::size_t>(torch::cuda::device_count()));
  } else {
    std::printf("devices   CPU%s\n", is_cuda_build() ? " (CUDA build, but no usable device)"
                                                     : " (this LibTorch is built without CUDA)");
  }
  std::printf("CPU       %s, %s\n", at::get_cpu_capability().c_str(),
              counted(at::get_num_threads(), "thread").c_str());
  std::printf("MPI       %s\n", mpi_library().c_str());
}

}  // namespace gan
