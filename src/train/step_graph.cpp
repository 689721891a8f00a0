#include "step_graph.hpp"

#include <utility>

#include "gan_train/core/registry.hpp"
#include "gan_train/dist/ranks.hpp"
#include "gan_train/losses/penalty.hpp"

#ifdef GAN_TRAIN_HAS_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#endif

namespace gan {

// Work on the device that can be done again as it was, on the same memory.
class DeviceGraph {
 public:
  explicit DeviceGraph(const torch::Device& device) : device_(device) {}

  // Once for real, so that libraries and the allocator have made what can't be made while
  // capturing. CUDA captures on no default stream, so this is done on another one too.
  torch::Tensor warm_up(const StepGraphs::Work& work) { return aside(work); }

  void capture(const StepGraphs::Work& work) {
#ifdef GAN_TRAIN_HAS_CUDA
    if (device_.is_cuda()) {
      aside([&] {
        graph_.capture_begin();
        result_ = work();
        graph_.capture_end();
        return result_;
      });
      return;
    }
#endif
    work_ = work;
  }

  torch::Tensor replay() {
#ifdef GAN_TRAIN_HAS_CUDA
    if (device_.is_cuda()) {
      graph_.replay();
      return result_.clone();  // the next replay writes into it
    }
#endif
    return work_();
  }

 private:
  torch::Tensor aside(const StepGraphs::Work& work) const {
#ifdef GAN_TRAIN_HAS_CUDA
    if (device_.is_cuda()) {
      c10::cuda::device_synchronize();
      const c10::cuda::CUDAStreamGuard guard(
          c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device_.index()));
      auto result = work();
      c10::cuda::device_synchronize();
      return result;
    }
#endif
    return work();
  }

  torch::Device device_;
  StepGraphs::Work work_;
#ifdef GAN_TRAIN_HAS_CUDA
  at::cuda::CUDAGraph graph_;
  torch::Tensor result_;
#endif
};

StepGraphs::StepGraphs(Feed& feed, const torch::Device& device) : feed_(feed), device_(device) {}
StepGraphs::~StepGraphs() = default;

torch::Tensor StepGraphs::run(const std::string& shape, std::int64_t step, const Work& work) {
  const auto [place, is_new] = shapes_.try_emplace(shape);
  Captured& captured = place->second;
  if (is_new) {
    feed_.record(step, captured.slots);
    return DeviceGraph(device_).warm_up(work);
  }
  feed_.hand_out(captured.slots);
  if (captured.graph == nullptr) {
    auto graph = std::make_unique<DeviceGraph>(device_);
    graph->capture(work);
    captured.graph = std::move(graph);
  }
  refill(captured.slots, step);
  feed_.hand_out(captured.slots);
  return captured.graph->replay();
}

void check_cuda_graph(const Config& config) {
  if (!config.train.cuda_graph) return;
  const AugmentConfig& augment = config.augment;
  const bool augmented = augment.translation > 0 || augment.cutout > 0 || augment.brightness > 0;
  const char* key = augmented                                          ? "augment.*"
                    : config.train.instance_noise > 0                  ? "train.instance_noise"
                    : find_row(penalties(), config.loss.penalty).draws ? "loss.penalty"
                                                                       : nullptr;
  if (ranks().are_many()) {
    throw usage_error("train.cuda_graph: not on several processes, whose sums can't be captured; ",
                      "leave it out under mpirun");
  }
  if (key == nullptr) return;
  throw usage_error("train.cuda_graph: what ", key, " draws for each step can't be captured; ",
                    "leave out one of the two");
}

}  // namespace gan
