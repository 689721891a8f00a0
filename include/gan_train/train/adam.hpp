#pragma once

#include <cstdint>
#include <vector>

#include <torch/types.h>

#include "gan_train/config/config.hpp"

namespace gan {

class Ranks;

/// Adam (Kingma and Ba 2015) on all parameters of one network at once, with LibTorch's fused
/// kernel. Same equations and defaults as torch.optim.Adam.
class Adam {
 public:
  Adam(std::vector<torch::Tensor> parameters, double lr, const OptimConfig& config);

  const std::vector<torch::Tensor>& parameters() const { return parameters_; }

  /// One update from the gradient of each parameter, in order.
  void step(std::vector<torch::Tensor> gradients);

  /// Multiplies the configured learning rate; initially 1.
  void scale_lr(double scale);

  /// First and second moments, in the parameters' order. Together with the number of updates, this
  /// is what must be saved to resume.
  struct State {
    std::vector<torch::Tensor> exp_avg;
    std::vector<torch::Tensor> exp_avg_sq;
  };
  const State& state() const { return state_; }
  std::int64_t steps() const;
  void load(const State& state, std::int64_t steps);

 private:
  std::vector<torch::Tensor> parameters_;
  // Everything that changes per step is on the device, where a captured graph reads it.
  State state_;
  std::vector<torch::Tensor> step_counts_;
  double lr_;
  double lr_scale_ = 1.0;
  torch::Tensor lr_on_device_;  // lr_ * lr_scale_; used on devices other than the CPU
  double beta1_;
  double beta2_;
  double eps_;
};

/// Updates a network to lower its loss, with the gradient averaged over all ranks. If `max_norm` >
/// 0, a longer gradient is scaled down to that L2 norm (Pascanu et al. 2013, algorithm 1). Returns
/// the norm before scaling. Parameters that the loss does not depend on have a gradient of 0.
torch::Tensor descend(const torch::Tensor& loss, Adam& optimizer, double max_norm, Ranks& ranks);

/// Clamps all parameters to [-limit, limit] (Arjovsky et al. 2017, algorithm 1) if limit > 0.
void clip_weights(const std::vector<torch::Tensor>& parameters, double limit);

}  // namespace gan
