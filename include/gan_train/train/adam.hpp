#pragma once

#include <cstdint>
#include <vector>

#include <torch/types.h>

#include "gan_train/config/config.hpp"

namespace gan {

class Ranks;

/// Adam (Kingma and Ba 2015) on all parameters of one network at once, by
/// LibTorch's fused kernel. Same equations and defaults as torch.optim.Adam.
class Adam {
 public:
  Adam(std::vector<torch::Tensor> parameters, double lr, const OptimConfig& config);

  const std::vector<torch::Tensor>& parameters() const { return parameters_; }

  /// One update from the gradient of each parameter, in order.
  void step(std::vector<torch::Tensor> gradients);

  /// Multiplies the learning rate that was configured; 1 at first.
  void scale_lr(double scale);

  /// First and second moments, in the parameters' order: with the number of updates made,
  /// what has to be saved to go on.
  struct State {
    std::vector<torch::Tensor> exp_avg;
    std::vector<torch::Tensor> exp_avg_sq;
  };
  const State& state() const { return state_; }
  std::int64_t steps() const;
  void load(const State& state, std::int64_t steps);

 private:
  std::vector<torch::Tensor> parameters_;
  // All that changes from step to step is on the device, where a captured step finds it.
  State state_;
  std::vector<torch::Tensor> step_counts_;
  double lr_;
  double lr_scale_ = 1.0;
  torch::Tensor lr_on_device_;  // their product, where that is not the CPU
  double beta1_;
  double beta2_;
  double eps_;
};

/// One update of a network down its loss, by the mean gradient of all ranks. Where `max_norm` > 0,
/// a longer gradient is scaled down to that L2 norm (Pascanu et al. 2013, algorithm 1). Returns the
/// norm before that. A parameter that the loss does not depend on has a gradient of 0.
torch::Tensor descend(const torch::Tensor& loss, Adam& optimizer, double max_norm, Ranks& ranks);

/// Clamps all parameters to [-limit, limit] (Arjovsky et al. 2017, algorithm 1) if limit > 0.
void clip_weights(const std::vector<torch::Tensor>& parameters, double limit);

}  // namespace gan
