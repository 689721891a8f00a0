#include "models/upsampled_conv.hpp"

#include "models/convolution.hpp"
#include "models/map_layout.hpp"

namespace gan {
namespace {

// For the output row 2i + a, row u of a kernel of radius p reads the upsampled row 2i + a + u - p,
// which is the input row i + floor((a + u - p) / 2).
torch::Tensor tap_sums(std::int64_t kernel, std::int64_t radius) {
  auto sums = torch::zeros({2, 2 * radius + 1, kernel});
  for (std::int64_t a = 0; a < 2; ++a) {
    for (std::int64_t u = 0; u < kernel; ++u) {
      const std::int64_t twice = a + u - kernel / 2 + 2 * radius;  // shifted to start at 0
      sums.index_put_({a, twice / 2, u}, 1.0);
    }
  }
  return sums;
}

}  // namespace

UpsampledConv2dImpl::UpsampledConv2dImpl(const torch::nn::Conv2dOptions& wanted)
    : ConvNdImpl(torch::nn::detail::ConvNdOptions<2>(wanted.in_channels(), wanted.out_channels(),
                                                     wanted.kernel_size())
                     .padding(wanted.kernel_size()->at(0) / 2)
                     .bias(wanted.bias())),
      radius_((wanted.kernel_size()->at(0) / 2 + 1) / 2),
      // Not a buffer: PyTorch's layers have none, and the names must match theirs.
      sums_(tap_sums(wanted.kernel_size()->at(0), radius_)) {}

torch::Tensor UpsampledConv2dImpl::phase_weight() const {
  const std::int64_t taps = 2 * radius_ + 1;
  // w[o, i, u, v] -> [a, b, o, i, t, s]
  return torch::einsum("atu,bsv,oiuv->aboits", {sums_, sums_, weight})
      .reshape({4 * weight.size(0), weight.size(1), taps, taps});
}

void UpsampledConv2dImpl::pretty_print(std::ostream& stream) const {
  stream << "Upsample(x2), ";
  ConvNdImpl::pretty_print(stream);
}

torch::Tensor UpsampledConv2dImpl::forward(const torch::Tensor& input) {
  if (!input.is_cpu()) {
    const auto large = torch::upsample_nearest2d(input, {2 * input.size(2), 2 * input.size(3)});
    return torch::conv2d(large, weight, bias, /*stride=*/1, /*padding=*/weight.size(2) / 2);
  }
  const auto phase_bias = bias.defined() ? bias.repeat({4}) : bias;
  const std::int64_t taps = 2 * radius_ + 1;
  const auto phases =
      conv2d(input, phase_weight(), phase_bias,
             {.kernel = {taps, taps}, .stride = {1, 1}, .padding = {radius_, radius_}});
  // Pixel shuffle of whole rows of channels in channels_last:
  // [n, (a, b, o), h, w] -> [n, o, 2h, 2w]
  const std::int64_t n = input.size(0), h = input.size(2), w = input.size(3);
  const auto rows = rows_of_map(phases).view({n, h, w, 2, 2, -1}).permute({0, 1, 3, 2, 4, 5});
  return map_of_rows(rows.reshape({4 * n * h * w, weight.size(0)}), n, 2 * h, 2 * w);
}

}  // namespace gan
