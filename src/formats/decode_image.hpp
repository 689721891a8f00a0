#pragma once

#include <cstdint>
#include <string_view>

#include "core/file.hpp"
#include "formats/color.hpp"
#include "formats/image.hpp"

namespace gan {

struct DecodeOptions {
  std::int64_t channels = 3;  ///< 1: grey, 3: RGB
  Rgb background = kWhite;    ///< shows through where the picture is transparent
  /// The side of the image that is to be made of the picture. A JPEG file may be decoded at a half,
  /// a quarter or an eighth of its size, with sides of at least twice this; 0: as large as it is.
  std::int64_t side = 0;
  /// As Pillow's convert("RGB") has it: what is transparent keeps its colour, and nothing is
  /// turned.
  bool as_stored = false;
  std::int64_t max_pixels = 1 << 30;  ///< larger ones are refused by their header
};

struct DecodedPicture {
  Image image;  ///< upright, without transparency, of the channels asked for
  std::int64_t width = 0;
  std::int64_t height = 0;   ///< of the picture itself, where the image is smaller
  bool transparent = false;  ///< whether the background shows through somewhere
};

/// Decodes a PNG, JPEG or WebP file (of an animation, the first frame), told apart by content, and
/// turns it as its EXIF orientation says. Colour profiles are ignored; of 16 bits, the upper 8 are
/// kept. The same bytes always give the same pixels. Error naming `name` where the file is none of
/// these, or damaged in any way that its format lets one see. Many threads may decode at a time.
DecodedPicture decode_image(ByteView file, const DecodeOptions& options, std::string_view name);

}  // namespace gan
