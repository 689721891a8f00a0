#pragma once

#include <torch/nn/cloneable.h>

namespace gan {

/// nn::Dropout with a mask that is cheap to draw: number i / 4 of SplitMix64, seeded by one draw
/// from LibTorch's generator, decides about unit i of a call. LibTorch draws its mask on one
/// thread, about 20 ns per unit, which was a fifth of an MLP's step. Off the CPU this is
/// nn::Dropout.
class DropoutImpl : public torch::nn::Cloneable<DropoutImpl> {
 public:
  /// `p` in [0, 1): the probability of zeroing a unit; others are scaled by 1 / (1 - p).
  explicit DropoutImpl(double p) : p_(p) {}
  void reset() override {}
  torch::Tensor forward(const torch::Tensor& input);
  void pretty_print(std::ostream& stream) const override;

 private:
  double p_;
};
TORCH_MODULE(Dropout);

}  // namespace gan
