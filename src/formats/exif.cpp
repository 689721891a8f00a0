#include "formats/exif.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace gan {
namespace {

using namespace std::string_view_literals;

// Reads numbers of a TIFF file in its byte order; 0 beyond its end.
struct TiffNumbers {
  ByteView bytes;
  bool big_endian;

  std::size_t at(std::size_t place, std::size_t size) const {
    if (place > bytes.size() || bytes.size() - place < size) return 0;
    std::size_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      value = value << 8 | bytes[place + (big_endian ? i : size - 1 - i)];
    }
    return value;
  }
};

}  // namespace

int exif_orientation(ByteView exif) {
  constexpr std::size_t kOrientation = 0x0112;
  constexpr std::size_t kEntry = 12;
  constexpr std::size_t kShort = 3;
  constexpr auto kPrefix = "Exif\0\0"sv;
  if (as_text(exif).starts_with(kPrefix)) exif = exif.subspan(kPrefix.size());
  const bool big_endian = as_text(exif).starts_with("MM\0*"sv);
  if (!big_endian && !as_text(exif).starts_with("II*\0"sv)) return 1;
  const TiffNumbers numbers{exif, big_endian};
  const std::size_t directory = numbers.at(4, 4);
  const std::size_t count = numbers.at(directory, 2);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t entry = directory + 2 + kEntry * i;
    if (numbers.at(entry, 2) != kOrientation) continue;
    const std::size_t value = numbers.at(entry + 8, numbers.at(entry + 2, 2) == kShort ? 2 : 4);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

Image upright(Image image, int orientation) {
  if (orientation == 1) return image;
  const bool transposed = orientation >= 5;
  const bool from_right = orientation == 2 || orientation == 3 || orientation >= 7;
  const bool from_below =
      orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  Image turned = image;
  if (transposed) std::swap(turned.width, turned.height);
  const std::int64_t row = image.width * image.channels;
  const std::int64_t first =
      (from_right ? row - image.channels : 0) + (from_below ? (image.height - 1) * row : 0);
  std::int64_t right = from_right ? -image.channels : image.channels;
  std::int64_t down = from_below ? -row : row;
  if (transposed) std::swap(right, down);
  auto* out = turned.pixels.data();
  for (std::int64_t y = 0; y < turned.height; ++y) {
    for (std::int64_t x = 0; x < turned.width; ++x) {
      out = std::copy_n(image.pixels.data() + first + y * down + x * right, image.channels, out);
    }
  }
  return turned;
}

}  // namespace gan
