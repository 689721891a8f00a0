#pragma once

#include <torch/nn/cloneable.h>

namespace gan {

/// nn::Dropout with a mask that is cheap to draw: unit i of a call is kept or dropped
/// by number i of SplitMix64, seeded by one draw from LibTorch's generator. LibTorch's
/// own mask comes from one thread, some 20 ns a unit, which was a fifth of an MLP's
/// step. Elsewhere than on the CPU it is nn::Dropout.
class DropoutImpl : public torch::nn::Cloneable<DropoutImpl> {
 public:
  /// `p` in [0, 1): the chance that a unit is zeroed; others are scaled by 1 / (1 - p).
  explicit DropoutImpl(double p) : p_(p) {}
  void reset() override {}
  torch::Tensor forward(const torch::Tensor& input);
  void pretty_print(std::ostream& stream) const override;

 private:
  double p_;
};
TORCH_MODULE(Dropout);

}  // namespace gan
