#pragma once

#include <cstdint>
#include <memory>

#include <torch/types.h>

#include "core/random_access_file.hpp"
#include "gan_train/core/shape.hpp"

namespace gan {

/// Images that stay in a file, stored consecutively with one byte per value, and are read on
/// demand. Memory use does not grow with their number.
class StoredImages {
 public:
  /// Order of an image's values in the file.
  enum class Order { kChannelsFirst, kChannelsLast };

  /// `count` images in `file`, starting at `offset`.
  StoredImages(RandomAccessFile file, std::uint64_t offset, const ImageShape& shape, Order order,
               std::int64_t count);

  std::int64_t size() const { return items_.defined() ? items_.size(0) : count_; }
  const ImageShape& shape() const { return shape_; }

  /// The images at `indices` (int64 [k]) as uint8 [k, c, h, w]. Throws an Error if the file has
  /// become too short.
  torch::Tensor read(const torch::Tensor& indices) const;
  /// Announces reads, so that the system can fetch the images while the caller computes.
  void prefetch(const torch::Tensor& indices) const;

  /// The images at `indices`, in that order, sharing the file. Takes 8 bytes per image.
  StoredImages subset(const torch::Tensor& indices) const;

 private:
  /// Calls `use(offset, bytes, place)` for each contiguous stretch of the file that `indices`
  /// cover; `place` is its byte position in the output.
  template <typename Use>
  void for_stretches(const torch::Tensor& indices, Use use) const;

  std::shared_ptr<const RandomAccessFile> file_;
  std::uint64_t offset_;
  ImageShape shape_;
  Order order_;
  std::int64_t count_;
  torch::Tensor items_;  // indices of the file's images in this subset; undefined: all
};

}  // namespace gan
