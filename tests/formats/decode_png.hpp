#pragma once

#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_PNG
#define STBI_ONLY_GIF
#define STBI_NO_STDIO
#include <stb_image.h>
#include <stdexcept>

#include "formats/image.hpp"

namespace gan {

/// Decodes a PNG file with a decoder that is independent of our encoder.
inline Image decode_png(ByteView png) {
  int width = 0, height = 0, channels = 0;
  stbi_uc* pixels = stbi_load_from_memory(png.data(), static_cast<int>(png.size()), &width, &height,
                                          &channels, 0);
  if (pixels == nullptr) throw std::runtime_error(stbi_failure_reason());
  const auto size = static_cast<std::ptrdiff_t>(width) * height * channels;
  Image image{width, height, channels, Bytes(pixels, pixels + size)};
  stbi_image_free(pixels);
  return image;
}

}  // namespace gan
