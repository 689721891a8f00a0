#pragma once

#include <array>
#include <cstdint>

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

namespace gan {

inline constexpr auto kChannelsLast = at::MemoryFormat::ChannelsLast;

/// Maps are stored as [n, h, w, c] (channels_last), and so must be their gradients: operators on
/// tensors of mixed layouts take twenty times as long. These functions keep the layout where
/// matrices become maps.

/// [n * h * w, c] -> [n, c, h, w], sharing memory. Autograd does not see a view, since in-place
/// operations on views are slow.
torch::Tensor map_of_rows(const torch::Tensor& rows, std::int64_t n, std::int64_t h,
                          std::int64_t w);

/// [n, c, h, w] -> [n * h * w, c]
torch::Tensor rows_of_map(const torch::Tensor& map);

/// nn::Flatten of maps: [n, c, h, w] -> [n, c * h * w]
class FlattenMapsImpl : public torch::nn::Cloneable<FlattenMapsImpl> {
 public:
  void reset() override {}
  torch::Tensor forward(const torch::Tensor& maps);
  void pretty_print(std::ostream& stream) const override { stream << "Flatten()"; }
};
TORCH_MODULE(FlattenMaps);

/// nn::Unflatten to maps: [n, c * h * w] -> [n, c, h, w]
class UnflattenMapsImpl : public torch::nn::Cloneable<UnflattenMapsImpl> {
 public:
  /// `sizes`: c, h, w.
  explicit UnflattenMapsImpl(const std::array<std::int64_t, 3>& sizes) : sizes_(sizes) {}
  void reset() override {}
  torch::Tensor forward(const torch::Tensor& vectors);
  void pretty_print(std::ostream& stream) const override;

 private:
  std::array<std::int64_t, 3> sizes_;
};
TORCH_MODULE(UnflattenMaps);

}  // namespace gan
