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

/// Runs steps as CUDA graphs, so that a step costs the processor one launch instead of hundreds.
/// The first step of a shape runs normally; the second is captured on its own buffers, into which
/// the inputs of each later step are copied before replay. Without CUDA, a replay repeats the work
/// on those buffers; the tests compare the results.
class StepGraphs {
 public:
  using Work = std::function<torch::Tensor(const StepInputs&)>;

  /// Throws an Error (exit code 2) for several ranks, since their sums can't be captured.
  StepGraphs(const torch::Device& device, const Ranks& ranks);
  ~StepGraphs();

  /// Runs `work` on `inputs` and returns its result.
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
