#pragma once

#include <cstdint>
#include <string>

namespace gan {

/// The shape of one image (or vector: 1 channel, height 1, width = dimension).
struct ImageShape {
  std::int64_t channels = 1;
  std::int64_t height = 0;
  std::int64_t width = 0;

  std::int64_t size() const { return channels * height * width; }
  /// A vector data set, such as `rings`: drawn as points, not as pixels.
  bool is_vector() const { return channels == 1 && height == 1; }
  bool operator==(const ImageShape&) const = default;
};

/// "1x28x28".
inline std::string to_string(const ImageShape& shape) {
  return std::to_string(shape.channels) + "x" + std::to_string(shape.height) + "x" +
         std::to_string(shape.width);
}

}  // namespace gan
