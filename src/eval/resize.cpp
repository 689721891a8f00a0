#include "eval/resize.hpp"

#include <array>
#include <vector>

#include <torch/types.h>
#include <torch/utils.h>

namespace gan {
namespace {

// Positions and weights of TensorFlow 1's interpolation along one axis.
struct Taps {
  torch::Tensor low, high, share;
};

Taps taps_of(std::int64_t size, std::int64_t side) {
  const double scale = static_cast<double>(size) / static_cast<double>(side);
  const auto place = torch::arange(side, torch::kFloat32) * torch::tensor(scale, torch::kFloat32);
  const auto low = place.to(torch::kInt64);
  return {low, (low + 1).clamp_max(size - 1), place - low.to(torch::kFloat32)};
}

torch::Tensor between(const torch::Tensor& low, const torch::Tensor& high,
                      const torch::Tensor& share) {
  return low + (high - low) * share;
}

// Columns first, as in TensorFlow: single precision is not associative.
torch::Tensor tensorflow_bilinear(const torch::Tensor& picture, std::int64_t side) {
  const auto columns = taps_of(picture.size(2), side), rows = taps_of(picture.size(1), side);
  const auto wide = between(picture.index_select(2, columns.low),
                            picture.index_select(2, columns.high), columns.share);
  return between(wide.index_select(1, rows.low), wide.index_select(1, rows.high),
                 rows.share.view({1, side, 1}));
}

torch::Tensor bicubic(const torch::Tensor& picture, std::int64_t side) {
  return torch::_upsample_bicubic2d_aa(picture.unsqueeze(0), {side, side},
                                       /*align_corners=*/false)[0]
      .clamp(0, 255);
}

}  // namespace

torch::Tensor network_input(const torch::Tensor& picture, Resizing resizing, std::int64_t side) {
  // Contiguous, since kernels round differently for other memory layouts.
  const auto values = picture.to(torch::kFloat32).contiguous();
  switch (resizing) {
    case Resizing::kBilinear:
      return torch::upsample_bilinear2d((values / 255).unsqueeze(0), {side, side},
                                        /*align_corners=*/false)[0] *
                 2 -
             1;
    case Resizing::kTensorFlow:
      return (tensorflow_bilinear(values, side) - 128) / 128;
    case Resizing::kBicubic:
      return (bicubic(values, side) - 128) / 128;
    case Resizing::kBicubicAround127:
      break;
  }
  return (bicubic(values, side) - 127) / 128;
}

}  // namespace gan
