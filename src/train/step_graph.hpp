#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <torch/types.h>

#include "gan_train/config/config.hpp"

#include "feed.hpp"

namespace gan {

/// Error (exit code 2) where train.cuda_graph is asked for with what can't be captured: draws
/// on the CPU that no Feed hands out.
void check_cuda_graph(const Config& config);

class DeviceGraph;

/// Steps captured as CUDA graphs, so that a step costs the processor one launch instead of
/// hundreds. A step of a shape not seen before is done as it comes, the second one is
/// captured, and from then on they are replays. Without CUDA a replay does the work again on
/// the same slots, which is what the tests compare.
class StepGraphs {
 public:
  using Work = std::function<torch::Tensor()>;

  StepGraphs(Feed& feed, const torch::Device& device);
  ~StepGraphs();

  /// Does `work` as step number `step` and returns its result. Steps that launch the same
  /// kernels on the same sizes share a `shape`.
  torch::Tensor run(const std::string& shape, std::int64_t step, const Work& work);

 private:
  struct Captured {
    std::vector<Feed::Slot> slots;
    std::unique_ptr<DeviceGraph> graph;
  };

  Feed& feed_;
  torch::Device device_;
  std::map<std::string, Captured> shapes_;
};

}  // namespace gan
