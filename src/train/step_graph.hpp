#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include <torch/types.h>

#include "dist/ranks.hpp"
#include "train/draws.hpp"

namespace gan {

class DeviceGraph;

/// Steps as CUDA graphs, so that a step costs the processor one launch instead of hundreds. The
/// first step of a shape runs as it is; the second is captured on buffers of its own, into which
/// the inputs of every later one are copied before the replay. Without CUDA a replay does the work
/// again on those buffers, which is what the tests compare.
class StepGraphs {
 public:
  using Work = std::function<torch::Tensor(const StepInputs&)>;

  /// Error (exit code 2) for several ranks, whose sums can't be captured.
  StepGraphs(const torch::Device& device, const Ranks& ranks);
  ~StepGraphs();

  /// Does `work` on `inputs` and returns its result.
  torch::Tensor run(const StepInputs& inputs, const Work& work);

 private:
  struct Captured {
    StepInputs buffers;
    std::unique_ptr<DeviceGraph> graph;  // null before the second step
  };

  torch::Device device_;
  std::map<std::string, Captured> by_shape_;
};

}  // namespace gan
