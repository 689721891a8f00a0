#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

namespace gan {

/// Shared by both layers below: the weight is divided by its largest singular value, so that the
/// layer stretches no vector (Miyato et al. 2018). That value is tracked by one step of power
/// iteration per forward pass in training mode, none in evaluation mode; gradients flow through it,
/// with u and v held fixed. Parameters and buffers have the names of torch.nn.utils.spectral_norm:
/// weight_orig, bias, weight_u, weight_v. The buffers are saved, so that a run resumes exactly.
template <typename Derived>
class SpectralNormImpl : public torch::nn::Cloneable<Derived> {
 public:
  torch::Tensor weight_orig, bias, weight_u, weight_v;

 protected:
  /// Takes the initial weights that LibTorch drew for the plain layer.
  void register_like(const torch::Tensor& weight, const torch::Tensor& layer_bias);
  /// weight_orig / sigma, always in float32.
  torch::Tensor weight();
};

/// nn::Conv2d with zero padding, spectrally normalised as a matrix [out, in * h * w].
class SpectralConv2dImpl : public SpectralNormImpl<SpectralConv2dImpl> {
 public:
  explicit SpectralConv2dImpl(const torch::nn::Conv2dOptions& wanted);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& input);
  void pretty_print(std::ostream& stream) const override;

 private:
  torch::nn::Conv2dOptions options_;
};
TORCH_MODULE(SpectralConv2d);

/// nn::Linear, spectrally normalised.
class SpectralLinearImpl : public SpectralNormImpl<SpectralLinearImpl> {
 public:
  explicit SpectralLinearImpl(const torch::nn::LinearOptions& wanted);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& input);
  void pretty_print(std::ostream& stream) const override;

 private:
  torch::nn::LinearOptions options_;
};
TORCH_MODULE(SpectralLinear);

}  // namespace gan
