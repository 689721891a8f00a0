#pragma once

#include <memory>

#include <torch/types.h>

#include "dist/ranks.hpp"

namespace gan {

/// Sums GPU tensors over the ranks with NCCL: directly between GPUs if the machine supports it,
/// rather than through host memory.
class NcclSums {
 public:
  /// Whether this LibTorch has CUDA and NCCL.
  static bool is_available();

  /// Every rank makes one, for its own GPU. NCCL's id is shared through `group`.
  NcclSums(Ranks& group, const torch::Device& device);
  ~NcclSums();

  /// Starts summing a contiguous float32 tensor in place; only one sum at a time.
  void start(torch::Tensor& values);
  /// Whether the sum in progress is complete.
  bool is_done() const;
  /// Abandons the sum: a failed rank must not wait for ranks that wait for it.
  void abandon();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gan
