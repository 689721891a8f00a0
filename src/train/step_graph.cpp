#include "train/step_graph.hpp"

#include <optional>
#include <utility>

#include "gan_train/core/error.hpp"

#ifdef GAN_TRAIN_HAS_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#endif

namespace gan {

// Device work that can be replayed on the same memory.
class DeviceGraph {
 public:
  using Work = std::function<torch::Tensor()>;

  explicit DeviceGraph(const torch::Device& device) : device_(device) {}

  // Runs once normally, so that libraries and the allocator create what can't be created during
  // capture. CUDA does not capture on the default stream, so this also runs on another one.
  torch::Tensor warm_up(const Work& work) { return run_on_side_stream(work); }

  void capture(const Work& work) {
#ifdef GAN_TRAIN_HAS_CUDA
    if (device_.is_cuda()) {
      run_on_side_stream([&] {
        graph_.emplace();
        graph_->capture_begin();
        result_ = work();
        graph_->capture_end();
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
      graph_->replay();
      return result_.clone();  // the next replay overwrites it
    }
#endif
    return work_();
  }

 private:
  torch::Tensor run_on_side_stream(const Work& work) const {
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
  Work work_;
#ifdef GAN_TRAIN_HAS_CUDA
  std::optional<at::cuda::CUDAGraph> graph_;  // can't be constructed without a GPU
  torch::Tensor result_;
#endif
};

StepGraphs::StepGraphs(const torch::Device& device, const Ranks& ranks) : device_(device) {
  if (ranks.has_peers()) {
    throw usage_error("train.cuda_graph: works with one process only; ",
                      "leave it out under mpirun");
  }
}

StepGraphs::~StepGraphs() = default;

torch::Tensor StepGraphs::run(const StepInputs& inputs, const Work& work) {
  std::string shape;  // cache key: steps with equal shapes launch the same kernels
  std::vector<torch::Tensor> drawn;
  for_each_tensor(inputs, [&](const std::string& name, const torch::Tensor& tensor) {
    if (!tensor.defined()) return;
    shape += gan::str(name, tensor.sizes());
    drawn.push_back(tensor);
  });
  for (const auto& d : inputs.d) shape += d.penalty ? "with penalty," : ",";  // r1 draws nothing
  const auto [place, is_new] = by_shape_.try_emplace(shape);
  if (is_new) return DeviceGraph(device_).warm_up([&] { return work(inputs); });

  Captured& captured = place->second;
  if (captured.graph == nullptr) {
    captured.buffers = inputs;
    for_each_tensor(captured.buffers, [](const std::string&, torch::Tensor& tensor) {
      if (tensor.defined()) tensor = tensor.clone();
    });
    auto graph = std::make_unique<DeviceGraph>(device_);
    graph->capture([&] { return work(captured.buffers); });
    captured.graph = std::move(graph);
  } else {
    auto next = drawn.begin();
    for_each_tensor(captured.buffers, [&](const std::string&, torch::Tensor& tensor) {
      if (tensor.defined()) tensor.copy_(*next++);
    });
  }
  return captured.graph->replay();
}

}  // namespace gan
