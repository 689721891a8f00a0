#pragma once

#include <cstdint>
#include <string_view>

#include "core/file.hpp"
#include "formats/decode_image.hpp"
#include "formats/image.hpp"

namespace gan {

/// A picture as stored in its file.
struct StoredPicture {
  Image image;  ///< 1 channel (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA)
  std::int64_t width = 0;
  std::int64_t height = 0;  ///< of the picture itself; the image may be smaller
  int orientation = 1;      ///< EXIF orientation
};

/// Each reads a complete file of its format, with the guarantees of decode_image().
StoredPicture read_png(ByteView file, const DecodeOptions& options, std::string_view name);
StoredPicture read_jpeg(ByteView file, const DecodeOptions& options, std::string_view name);
StoredPicture read_webp(ByteView file, const DecodeOptions& options, std::string_view name);

/// Throws an Error if a picture of that size exceeds the limit in `options`.
void check_size(std::int64_t width, std::int64_t height, const DecodeOptions& options,
                std::string_view name);

/// The error for a file that its library can't decode.
Error undecodable(std::string_view name, std::string_view reason);

}  // namespace gan
