#pragma once

#include <cstdint>
#include <memory>

#include <torch/types.h>

#include "core/random_access_file.hpp"
#include "gan_train/core/shape.hpp"

namespace gan {

/// Images that stay in a file, one byte a value and one after the other, and are read as they
/// are asked for. Takes no memory of its own, whatever their number.
class StoredImages {
 public:
  /// How the values of an image lie in the file.
  enum class Order { kChannelsFirst, kChannelsLast };

  /// `count` images in `file` from `offset` on.
  StoredImages(RandomAccessFile file, std::uint64_t offset, const ImageShape& shape, Order order,
               std::int64_t count);

  std::int64_t size() const { return items_.defined() ? items_.size(0) : count_; }
  const ImageShape& shape() const { return shape_; }

  /// The images at `indices` (int64 [k]) as uint8 [k, c, h, w]. Error where the file has become
  /// too short.
  torch::Tensor read(const torch::Tensor& indices) const;
  /// Says that they are read soon: the system then fetches them while the caller computes.
  void will_need(const torch::Tensor& indices) const;

  /// The images at `indices`, in that order; shares the file. Takes 8 bytes an image.
  StoredImages subset(const torch::Tensor& indices) const;

 private:
  /// Calls `use(offset, bytes, place)` for each stretch of the file that `indices` name without
  /// a gap; `place` counts bytes from the first image asked for.
  template <typename Use>
  void for_stretches(const torch::Tensor& indices, Use use) const;

  std::shared_ptr<const RandomAccessFile> file_;
  std::uint64_t offset_;
  ImageShape shape_;
  Order order_;
  std::int64_t count_;
  torch::Tensor items_;  // which of the file's images these are; undefined: all
};

}  // namespace gan
