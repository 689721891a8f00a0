#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gan {

/// The shape of one image. A point in the plane is an image of 1x1x2.
struct ImageShape {
  std::int64_t channels = 1;
  std::int64_t height = 0;
  std::int64_t width = 0;

  std::int64_t size() const { return channels * height * width; }
  /// Whether the item is drawn as a point (data set `rings`), not as pixels.
  bool is_point() const { return channels == 1 && height == 1 && width == 2; }
  bool operator==(const ImageShape&) const = default;
};

/// "1x28x28".
inline std::string to_string(const ImageShape& shape) {
  return std::to_string(shape.channels) + "x" + std::to_string(shape.height) + "x" +
         std::to_string(shape.width);
}

/// The inverse of to_string. Returns nothing for other text, or for sizes outside 1 to 65536: no
/// trained image is larger, and products of such sizes do not overflow.
std::optional<ImageShape> parse_shape(std::string_view text);

}  // namespace gan
