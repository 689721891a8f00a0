#pragma once

#include <memory>

#include <torch/types.h>

#include "dist/ranks.hpp"

namespace gan {

/// Sums over the ranks of what lies on their GPUs, by NCCL: from one to the next, where the
/// machine lets them, and not through the host's memory.
class NcclSums {
 public:
  /// Whether this LibTorch has CUDA and NCCL.
  static bool are_there();

  /// Every rank makes one, for a GPU of its own. What NCCL wants all to know goes through `group`.
  NcclSums(Ranks& group, const torch::Device& device);
  ~NcclSums();

  /// Starts to sum a contiguous float32 tensor in place, one at a time.
  void start(torch::Tensor& values);
  /// Whether the sum that was started is there.
  bool are_done() const;
  /// Leaves everything as it is: a rank that has failed must not wait for those that wait for it.
  void abandon();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gan
