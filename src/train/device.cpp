#include "train/device.hpp"

#include <climits>
#include <cstdlib>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <torch/cuda.h>
#include <torch/nn/module.h>

#include "core/machine.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/models/networks.hpp"
#include "train/gpu.hpp"

namespace gan {

torch::Device resolve_device(const std::string& name, const Ranks& ranks) {
  if (const std::string problem = device_problem(name); !problem.empty()) {
    throw usage_error("train.device: ", problem);
  }
  const int count = torch::cuda::is_available() ? torch::cuda::device_count() : 0;
  if (name == "cpu" || (name == "auto" && count == 0)) return torch::kCPU;
  torch::Device device(name == "auto" ? "cuda" : name);
  // Distributes a machine's GPUs over its ranks; if the launcher has done so, each rank sees one.
  if (count > 0 && !device.has_index() && ranks.has_peers()) {
    device.set_index(static_cast<torch::DeviceIndex>(ranks.local_rank() % count));
  }
  if (count > 0 && device.index() >= count) {
    throw usage_error("train.device: there is no ", name, "; this machine has ", count,
                      " CUDA device(s), counted from 0");
  }
  const auto [what, cure] = gpu_problem(query_gpu(device));
  if (what.empty()) return device;
  throw usage_error("train.device: ", name, " asked for, but ", what, "; ", cure,
                    cure.empty() ? "use cpu" : ", or use cpu");
}

void to_channels_last(torch::nn::Module& net) {
  for (auto& parameter : net.parameters()) {
    if (parameter.dim() != 4) continue;
    parameter.set_data(parameter.detach().contiguous(at::MemoryFormat::ChannelsLast));
  }
}

void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the largest value allowed
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
#endif
}

void configure_process(const TrainConfig& config) {
  keep_freed_memory();
  // LibTorch knows which processors the process is bound to, but not a container's quota.
  const bool by_hand = std::getenv("OMP_NUM_THREADS") != nullptr;
  const int usable = by_hand ? INT_MAX : usable_cpus();
  if (config.threads > 0) {
    at::set_num_threads(static_cast<int>(config.threads));
  } else if (usable < at::get_num_threads()) {
    at::set_num_threads(usable);
  }
  choose_vector_kernels();
  auto& context = at::globalContext();
  context.setDeterministicAlgorithms(config.deterministic, /*warn_only=*/false);
  // Uninitialized memory need not be filled: it is written before it is read.
  context.setDeterministicFillUninitializedMemory(false);
  context.setDeterministicCuDNN(config.deterministic);
  context.setAllowTF32CuBLAS(config.precision == Precision::kTf32);
  context.setAllowTF32CuDNN(config.precision == Precision::kTf32);
  // cuBLAS needs a fixed workspace, set before CUDA starts (its guide, section 2.1.4).
  if (config.deterministic) setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
}

}  // namespace gan
