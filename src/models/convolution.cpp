#include "models/convolution.hpp"

#include <ATen/autocast_mode.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include "models/map_layout.hpp"

namespace gan {
namespace {

// The options in the form that the base classes take.
template <typename Wanted>
torch::nn::detail::ConvNdOptions<2> base_options(const Wanted& wanted) {
  return torch::nn::detail::ConvNdOptions<2>(wanted.in_channels(), wanted.out_channels(),
                                             wanted.kernel_size())
      .stride(wanted.stride())
      .padding(wanted.padding())
      .bias(wanted.bias());
}

// Patches of this many values stay in the cache, so no more are gathered per product. A transposed
// convolution up to this size is also computed as a product.
constexpr std::int64_t kPatchesAtOnce = 1 << 20;

bool computes_in_bf16() { return at::autocast::is_autocast_enabled(at::kCPU); }

torch::Tensor in_bf16(const torch::Tensor& map) {
  return map.to(at::kBFloat16, /*non_blocking=*/false, /*copy=*/false, kChannelsLast);
}

std::int64_t places(const torch::Tensor& map, const Windows& windows, std::size_t i) {
  const std::int64_t size = map.size(static_cast<std::int64_t>(i) + 2) + 2 * windows.padding[i];
  return (size - windows.kernel[i]) / windows.stride[i] + 1;
}

// ── Convolutions in bfloat16 ─────────────────────────────────────────────────
//
// Three functions of a large map [n, in, h, w], a small map [n, out, h', w'] and a weight [out, in,
// kh, kw]. Each is bilinear in two of them and returns the third; its gradients are the other two
// functions. All in channels_last.

// The output padding that a transposed convolution needs to reach `size`.
std::array<std::int64_t, 2> output_padding(const torch::Tensor& small, const Windows& windows,
                                           std::array<std::int64_t, 2> size) {
  std::array<std::int64_t, 2> padding{};
  for (std::size_t i = 0; i < 2; ++i) {
    padding[i] = size[i] + 2 * windows.padding[i] - windows.kernel[i] -
                 (small.size(static_cast<std::int64_t>(i) + 2) - 1) * windows.stride[i];
  }
  return padding;
}

// The gradient of the weight, as one matrix product over a few images at a time. LibTorch's kernel
// takes up to twice as long.
class WeightGradient : public torch::autograd::Function<WeightGradient> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               const torch::Tensor& large, const torch::Tensor& small,
                               const Windows& windows);
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients);
};

class Convolution : public torch::autograd::Function<Convolution> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               const torch::Tensor& large, const torch::Tensor& weight,
                               const Windows& windows) {
    context->save_for_backward({large, weight});
    context->saved_data["windows"] = to_list(windows);
    return at::conv2d(large, weight, {}, windows.stride, windows.padding);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients);
};

class TransposedConvolution : public torch::autograd::Function<TransposedConvolution> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               const torch::Tensor& small, const torch::Tensor& weight,
                               const Windows& windows, std::array<std::int64_t, 2> size) {
    context->save_for_backward({small, weight});
    context->saved_data["windows"] = to_list(windows);
    const auto matrix = weight.permute({0, 2, 3, 1}).flatten(1);
    if (small.numel() / small.size(1) * matrix.size(1) > kPatchesAtOnce) {
      return at::conv_transpose2d(small, weight, {}, windows.stride, windows.padding,
                                  output_padding(small, windows, size));
    }
    const auto rows = rows_of_map(small).mm(matrix);
    return in_bf16(sum_patches(rows, windows, {small.size(0), weight.size(1), size[0], size[1]}));
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved_tensors = context->get_saved_variables();
    const auto& small = saved_tensors[0];
    const auto& weight = saved_tensors[1];
    const auto windows = windows_from_list(context->saved_data["windows"]);
    const auto gradient = in_bf16(gradients[0]);
    torch::Tensor to_map, to_weight;
    if (context->needs_input_grad(0)) to_map = Convolution::apply(gradient, weight, windows);
    if (context->needs_input_grad(1)) to_weight = WeightGradient::apply(gradient, small, windows);
    return {to_map, to_weight, torch::Tensor(), torch::Tensor()};
  }
};

torch::autograd::variable_list Convolution::backward(
    torch::autograd::AutogradContext* context, const torch::autograd::variable_list& gradients) {
  const auto saved_tensors = context->get_saved_variables();
  const auto& large = saved_tensors[0];
  const auto& weight = saved_tensors[1];
  const auto windows = windows_from_list(context->saved_data["windows"]);
  const auto gradient = in_bf16(gradients[0]);
  torch::Tensor to_map, to_weight;
  if (context->needs_input_grad(0)) {
    to_map = TransposedConvolution::apply(
        gradient, weight, windows, std::array<std::int64_t, 2>{large.size(2), large.size(3)});
  }
  if (context->needs_input_grad(1)) to_weight = WeightGradient::apply(large, gradient, windows);
  return {to_map, to_weight, torch::Tensor()};
}

torch::Tensor WeightGradient::forward(torch::autograd::AutogradContext* context,
                                      const torch::Tensor& large, const torch::Tensor& small,
                                      const Windows& windows) {
  context->save_for_backward({large, small});
  context->saved_data["windows"] = to_list(windows);
  const auto& [kh, kw] = windows.kernel;
  const std::int64_t patch_size = kh * kw * large.size(1);
  const std::int64_t image_size = small.size(2) * small.size(3) * patch_size;
  const std::int64_t at_once = 1 + kPatchesAtOnce / image_size;
  auto sum = torch::zeros({small.size(1), patch_size}, at::kFloat);
  for (std::int64_t first = 0; first < large.size(0); first += at_once) {
    const auto some = [&](const torch::Tensor& map) {
      return map.narrow(0, first, std::min(at_once, map.size(0) - first));
    };
    sum += rows_of_map(some(small)).t().mm(patches(some(large), windows));
  }
  return sum.view({small.size(1), kh, kw, large.size(1)}).permute({0, 3, 1, 2});
}

torch::autograd::variable_list WeightGradient::backward(
    torch::autograd::AutogradContext* context, const torch::autograd::variable_list& gradients) {
  const auto maps = context->get_saved_variables();
  const auto windows = windows_from_list(context->saved_data["windows"]);
  const auto weight = in_bf16(gradients[0]);
  torch::Tensor to_large, to_small;
  if (context->needs_input_grad(0)) {
    to_large = TransposedConvolution::apply(
        maps[1], weight, windows, std::array<std::int64_t, 2>{maps[0].size(2), maps[0].size(3)});
  }
  if (context->needs_input_grad(1)) to_small = Convolution::apply(maps[0], weight, windows);
  return {to_large, to_small, torch::Tensor()};
}

torch::Tensor plus_bias(const torch::Tensor& maps, const torch::Tensor& bias) {
  return bias.defined() ? maps + bias.to(maps.scalar_type()).view({-1, 1, 1}) : maps;
}

}  // namespace

Windows windows_of(const torch::nn::detail::ConvNdOptions<2>& options) {
  const auto pair = [](const torch::ExpandingArray<2>& array) { return *array; };
  return {pair(options.kernel_size()), pair(options.stride()),
          pair(std::get<torch::ExpandingArray<2>>(options.padding()))};
}

torch::Tensor conv2d(const torch::Tensor& input, const torch::Tensor& weight,
                     const torch::Tensor& bias, const Windows& windows) {
  const bool bf16 = computes_in_bf16();
  if (!input.is_cpu() || (!bf16 && input.size(1) > 1)) {
    return torch::conv2d(input.is_cpu() ? input.contiguous(kChannelsLast) : input, weight, bias,
                         windows.stride, windows.padding);
  }
  const auto map = bf16 ? in_bf16(input) : input;
  if (input.size(1) > 1) {
    const auto kernel = in_bf16(weight);
    const bool same_size =
        places(input, windows, 0) == input.size(2) && places(input, windows, 1) == input.size(3);
    if (same_size && weight.size(0) < weight.size(1)) {
      // Rewritten as a transposed convolution, so that its gradients use patches of the map with
      // fewer channels.
      return plus_bias(
          TransposedConvolution::apply(map, in_bf16(kernel.flip({2, 3}).transpose(0, 1)), windows,
                                       std::array<std::int64_t, 2>{input.size(2), input.size(3)}),
          bias);
    }
    return plus_bias(Convolution::apply(map, kernel, windows), bias);
  }
  const auto rows = patches(map, windows).matmul(weight.flatten(1).t());
  return plus_bias(
      map_of_rows(rows, input.size(0), places(input, windows, 0), places(input, windows, 1)), bias);
}

Conv2dImpl::Conv2dImpl(const torch::nn::Conv2dOptions& wanted) : ConvNdImpl(base_options(wanted)) {}

torch::Tensor Conv2dImpl::forward(const torch::Tensor& input) {
  return conv2d(input, weight, bias, windows_of(options));
}

ConvTranspose2dImpl::ConvTranspose2dImpl(const torch::nn::ConvTranspose2dOptions& wanted)
    : ConvTransposeNdImpl(
          base_options(wanted).transposed(true).output_padding(wanted.output_padding())) {}

torch::Tensor ConvTranspose2dImpl::forward(const torch::Tensor& input) {
  const auto windows = windows_of(options);
  const auto& extra = *options.output_padding();
  if (!input.is_cpu()) {
    return torch::conv_transpose2d(input, weight, bias, windows.stride, windows.padding, extra);
  }
  const auto size = [&](std::size_t i) {
    return (input.size(static_cast<std::int64_t>(i) + 2) - 1) * windows.stride[i] -
           2 * windows.padding[i] + windows.kernel[i] + extra[i];
  };
  constexpr std::array<std::int64_t, 2> kNone{};
  if (input.size(2) == 1 && input.size(3) == 1 && windows.padding == kNone && extra == kNone) {
    const auto products = input.flatten(1).matmul(weight.permute({0, 2, 3, 1}).flatten(1));
    return plus_bias(
        map_of_rows(products.view({-1, weight.size(1)}), input.size(0), size(0), size(1)), bias);
  }
  if (weight.size(1) == 1) {
    const auto rows = rows_of_map(input).matmul(weight.flatten(1));
    return plus_bias(sum_patches(rows, windows, {input.size(0), 1, size(0), size(1)}), bias);
  }
  if (!computes_in_bf16()) {
    return torch::conv_transpose2d(input.contiguous(kChannelsLast), weight, bias, windows.stride,
                                   windows.padding, extra);
  }
  return plus_bias(TransposedConvolution::apply(in_bf16(input), in_bf16(weight), windows,
                                                std::array<std::int64_t, 2>{size(0), size(1)}),
                   bias);
}

}  // namespace gan
