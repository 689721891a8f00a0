#include "models/map_layout.hpp"

#include <torch/autograd.h>
#include <torch/utils.h>

namespace gan {
namespace {

class MapOfRows : public torch::autograd::Function<MapOfRows> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext*, const torch::Tensor& rows,
                               const std::array<std::int64_t, 3>& nhw) {
    const at::AutoDispatchBelowADInplaceOrView no_view;
    return rows.view({nhw[0], nhw[1], nhw[2], rows.size(1)}).permute({0, 3, 1, 2});
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext*,
                                                 const torch::autograd::variable_list& gradients) {
    return {rows_of_map(gradients[0]), torch::Tensor()};
  }
};

class VectorsOfMaps : public torch::autograd::Function<VectorsOfMaps> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               const torch::Tensor& maps) {
    context->saved_data["sizes"] = maps.sizes().vec();
    return maps.flatten(1).clone();
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    return {
        gradients[0].reshape(context->saved_data["sizes"].toIntVector()).contiguous(kChannelsLast)};
  }
};

}  // namespace

torch::Tensor map_of_rows(const torch::Tensor& rows, std::int64_t n, std::int64_t h,
                          std::int64_t w) {
  return MapOfRows::apply(rows.contiguous(), std::array<std::int64_t, 3>{n, h, w});
}

torch::Tensor rows_of_map(const torch::Tensor& map) {
  return map.permute({0, 2, 3, 1}).reshape({-1, map.size(1)});
}

torch::Tensor FlattenMapsImpl::forward(const torch::Tensor& maps) {
  return VectorsOfMaps::apply(maps);
}

torch::Tensor UnflattenMapsImpl::forward(const torch::Tensor& vectors) {
  const auto& [c, h, w] = sizes_;
  return vectors.unflatten(1, {c, h, w}).contiguous(kChannelsLast);
}

void UnflattenMapsImpl::pretty_print(std::ostream& stream) const {
  stream << "Unflatten(" << sizes_[0] << ", " << sizes_[1] << ", " << sizes_[2] << ")";
}

}  // namespace gan
