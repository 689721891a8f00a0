#include "models/matrix_convs.hpp"

namespace gan {

// As the bases take the options of a layer.
template <typename Wanted>
static torch::nn::detail::ConvNdOptions<2> base_options(const Wanted& wanted) {
  return torch::nn::detail::ConvNdOptions<2>(wanted.in_channels(), wanted.out_channels(),
                                             wanted.kernel_size())
      .stride(wanted.stride())
      .padding(wanted.padding())
      .bias(wanted.bias());
}

OneChannelConv2dImpl::OneChannelConv2dImpl(const torch::nn::Conv2dOptions& wanted)
    : ConvNdImpl(base_options(wanted)) {}

torch::Tensor OneChannelConv2dImpl::forward(const torch::Tensor& input) {
  const auto& kernel = *options.kernel_size();
  const auto& stride = *options.stride();
  const auto& padding = *std::get<torch::ExpandingArray<2>>(options.padding());
  const auto places = [&](std::size_t i) {
    return (input.size(static_cast<std::int64_t>(i) + 2) + 2 * padding[i] - kernel[i]) / stride[i] +
           1;
  };
  // [n, k, places] -> [k, n x places]: one product for the whole batch.
  const auto columns =
      torch::im2col(input, kernel, /*dilation=*/{1, 1}, padding, stride).transpose(0, 1).flatten(1);
  auto maps = weight.flatten(1).matmul(columns);
  if (bias.defined()) maps = maps + bias.unsqueeze(1);
  // Laid out as what follows wants it, which would else copy it each time anew.
  return maps.view({weight.size(0), input.size(0), places(0), places(1)})
      .transpose(0, 1)
      .contiguous();
}

StemConvTranspose2dImpl::StemConvTranspose2dImpl(const torch::nn::ConvTranspose2dOptions& wanted)
    : ConvTransposeNdImpl(base_options(wanted).transposed(true)) {}

torch::Tensor StemConvTranspose2dImpl::forward(const torch::Tensor& input) {
  auto maps = input.flatten(1).matmul(weight.flatten(1)).unflatten(1, weight.sizes().slice(1));
  return bias.defined() ? maps + bias.view({-1, 1, 1}) : maps;
}

OneChannelConvTranspose2dImpl::OneChannelConvTranspose2dImpl(
    const torch::nn::ConvTranspose2dOptions& wanted)
    : ConvTransposeNdImpl(
          base_options(wanted).transposed(true).output_padding(wanted.output_padding())) {}

torch::Tensor OneChannelConvTranspose2dImpl::forward(const torch::Tensor& input) {
  const auto& kernel = *options.kernel_size();
  const auto& stride = *options.stride();
  const auto& padding = *std::get<torch::ExpandingArray<2>>(options.padding());
  const auto size = [&](std::size_t i) {
    return (input.size(static_cast<std::int64_t>(i) + 2) - 1) * stride[i] - 2 * padding[i] +
           kernel[i] + (*options.output_padding())[i];
  };
  const auto columns = weight.flatten(1).t().matmul(input.flatten(2)).to(weight.dtype());
  const auto images =
      torch::col2im(columns, {size(0), size(1)}, kernel, /*dilation=*/{1, 1}, padding, stride);
  return bias.defined() ? images + bias : images;
}

}  // namespace gan
