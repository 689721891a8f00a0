#pragma once

#include <torch/nn/modules/conv.h>

namespace gan {

/// nn::Upsample to twice the size by nearest neighbours and then nn::Conv2d with
/// an odd square kernel and its output of the same size: on a GPU just these, on the CPU the
/// same function of the same parameters, at 36 instead of 100 products a pixel for a 5x5 kernel.
///
/// Each output pixel of a 2x2 square sees every input pixel under its kernel twice
/// or once a direction, so that a smaller kernel of sums does: four such kernels,
/// one for each place in the square, in one convolution before the upsampling,
/// and a pixel shuffle (the phase form of Shi et al. 2016).
class UpsampledConv2dImpl : public torch::nn::ConvNdImpl<2, UpsampledConv2dImpl> {
 public:
  explicit UpsampledConv2dImpl(const torch::nn::Conv2dOptions& wanted);
  /// [n, in, h, w] -> [n, out, 2h, 2w]
  torch::Tensor forward(const torch::Tensor& input);
  void pretty_print(std::ostream& stream) const override;

 private:
  torch::Tensor phase_weight() const;
  std::int64_t radius_;  ///< of the smaller kernel
  torch::Tensor sums_;   ///< [2, taps, kernel]: which rows of the kernel a tap sums up
};
TORCH_MODULE(UpsampledConv2d);

}  // namespace gan
