#include "models/spectral_norm.hpp"

#include "models/convolution.hpp"

namespace gan {
namespace {

torch::Tensor unit(const torch::Tensor& vector) {
  return vector / vector.norm().clamp_min(1e-12);  // PyTorch's epsilon
}

}  // namespace

template <typename Derived>
void SpectralNormImpl<Derived>::register_like(const torch::Tensor& weight,
                                              const torch::Tensor& layer_bias) {
  weight_orig = this->register_parameter("weight_orig", weight.detach().clone());
  bias = torch::Tensor();
  if (layer_bias.defined()) bias = this->register_parameter("bias", layer_bias.detach().clone());
  const auto rows = weight.flatten(1);
  weight_u = this->register_buffer("weight_u", unit(torch::randn({rows.size(0)})));
  weight_v = this->register_buffer("weight_v", unit(torch::randn({rows.size(1)})));
}

template <typename Derived>
torch::Tensor SpectralNormImpl<Derived>::weight() {
  // In bfloat16, sigma, and u from then on, would have only three significant digits.
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  const auto rows = weight_orig.flatten(1);
  if (this->is_training()) {
    const torch::NoGradGuard no_grad;
    weight_v.copy_(unit(torch::mv(rows.t(), weight_u)));
    weight_u.copy_(unit(torch::mv(rows, weight_v)));
  }
  // Copies, since the next forward pass changes the buffers before this graph's backward pass.
  const auto sigma = torch::dot(weight_u.clone(), torch::mv(rows, weight_v.clone()));
  return weight_orig / sigma;
}

SpectralConv2dImpl::SpectralConv2dImpl(const torch::nn::Conv2dOptions& wanted) : options_(wanted) {
  SpectralConv2dImpl::reset();
}

void SpectralConv2dImpl::reset() {
  const torch::nn::Conv2d plain(options_);
  register_like(plain->weight, plain->bias);
}

torch::Tensor SpectralConv2dImpl::forward(const torch::Tensor& input) {
  const auto padding = std::get<torch::ExpandingArray<2>>(options_.padding());
  return conv2d(input, weight(), bias, {*options_.kernel_size(), *options_.stride(), *padding});
}

void SpectralConv2dImpl::pretty_print(std::ostream& stream) const {
  stream << "SpectralConv2d(" << options_.in_channels() << ", " << options_.out_channels()
         << ", kernel_size=" << options_.kernel_size() << ", stride=" << options_.stride() << ")";
}

SpectralLinearImpl::SpectralLinearImpl(const torch::nn::LinearOptions& wanted) : options_(wanted) {
  SpectralLinearImpl::reset();
}

void SpectralLinearImpl::reset() {
  const torch::nn::Linear plain(options_);
  register_like(plain->weight, plain->bias);
}

torch::Tensor SpectralLinearImpl::forward(const torch::Tensor& input) {
  return torch::linear(input, weight(), bias);
}

void SpectralLinearImpl::pretty_print(std::ostream& stream) const {
  stream << "SpectralLinear(in_features=" << options_.in_features()
         << ", out_features=" << options_.out_features() << ")";
}

}  // namespace gan
