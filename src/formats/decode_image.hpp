#pragma once

#include <cstdint>
#include <string_view>

#include "core/file.hpp"
#include "formats/color.hpp"
#include "formats/image.hpp"

namespace gan {

struct DecodeOptions {
  std::int64_t channels = 3;  ///< 1: grey, 3: RGB
  Rgb background = kWhite;    ///< shown where the picture is transparent
  /// Side of the image that will be made from the picture; 0: full size. A JPEG file may be decoded
  /// at a half, a quarter or an eighth of its size, with sides of at least twice this.
  std::int64_t side = 0;
  /// As Pillow's convert("RGB") does: transparent pixels keep their colour, and the picture is not
  /// rotated.
  bool as_stored = false;
  std::int64_t max_pixels = 1 << 30;  ///< larger pictures are refused by their header
};

struct DecodedPicture {
  Image image;  ///< upright, without transparency, with the requested channels
  std::int64_t width = 0;
  std::int64_t height = 0;   ///< of the picture itself; the image may be smaller
  bool transparent = false;  ///< whether the background shows anywhere
};

/// Decodes a PNG, JPEG or WebP file (the first frame of an animation), recognised by content, and
/// rotates it upright by its EXIF orientation. Ignores colour profiles; keeps the upper 8 of 16
/// bits. Equal bytes always give equal pixels. Throws an Error naming `name` if the file has
/// another format or is detectably damaged. Safe to call from several threads.
DecodedPicture decode_image(ByteView file, const DecodeOptions& options, std::string_view name);

}  // namespace gan
