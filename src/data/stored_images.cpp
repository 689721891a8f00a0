#include "data/stored_images.hpp"

#include <span>
#include <utility>

#include <torch/types.h>

namespace gan {

StoredImages::StoredImages(RandomAccessFile file, std::uint64_t offset, const ImageShape& shape,
                           Order order, std::int64_t count)
    : file_(std::make_shared<const RandomAccessFile>(std::move(file))),
      offset_(offset),
      shape_(shape),
      order_(order),
      count_(count) {}

template <typename Use>
void StoredImages::for_stretches(const torch::Tensor& indices, Use use) const {
  const auto items = (items_.defined() ? items_.index_select(0, indices) : indices).contiguous();
  const std::span all(items.const_data_ptr<std::int64_t>(),
                      static_cast<std::size_t>(items.numel()));
  const auto bytes = static_cast<std::size_t>(shape_.size());
  for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    for (end = begin + 1; end < all.size() && all[end] == all[end - 1] + 1;) ++end;
    TORCH_CHECK_INDEX(all[begin] >= 0 && all[end - 1] < count_, "no such image");
    use(offset_ + static_cast<std::uint64_t>(all[begin]) * bytes, (end - begin) * bytes,
        begin * bytes);
  }
}

torch::Tensor StoredImages::read(const torch::Tensor& indices) const {
  const std::int64_t k = indices.size(0);
  const auto [c, h, w] = shape_;
  // A single channel is the same in both orders, but its strides must not look like channels last,
  // which makes convolutions round differently.
  const bool last = order_ == Order::kChannelsLast && c > 1;
  const auto images =
      last ? torch::empty({k, h, w, c}, torch::kUInt8) : torch::empty({k, c, h, w}, torch::kUInt8);
  const std::span values(images.data_ptr<std::uint8_t>(), images.nbytes());
  for_stretches(indices, [&](std::uint64_t offset, std::size_t bytes, std::size_t place) {
    file_->read(offset, values.subspan(place, bytes));
  });
  return last ? images.permute({0, 3, 1, 2}).contiguous() : images;
}

void StoredImages::prefetch(const torch::Tensor& indices) const {
  for_stretches(indices, [&](std::uint64_t offset, std::size_t bytes, std::size_t) {
    file_->prefetch(offset, bytes);
  });
}

StoredImages StoredImages::subset(const torch::Tensor& indices) const {
  StoredImages some = *this;
  some.items_ = items_.defined() ? items_.index_select(0, indices) : indices;
  return some;
}

}  // namespace gan
