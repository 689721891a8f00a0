#include <cstdlib>
#include <memory>
#include <tuple>
#include <utility>
#include <zlib.h>

#include "formats/image.hpp"
#include "gan_train/core/error.hpp"

namespace {

// stb's own deflate makes files a fifth larger, and zlib is linked anyway.
unsigned char* compress_for_stb(unsigned char* data, int size, int* out_size, int level) {
  uLongf compressed = compressBound(static_cast<uLong>(size));
  auto* out = static_cast<unsigned char*>(std::malloc(compressed));
  if (out == nullptr) return nullptr;
  if (compress2(out, &compressed, data, static_cast<uLong>(size), level) != Z_OK) {
    std::free(out);
    return nullptr;
  }
  *out_size = static_cast<int>(compressed);
  return out;
}

}  // namespace

#define STBIW_ZLIB_COMPRESS compress_for_stb
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#include <stb_image_write.h>

namespace gan {
namespace {

void check(const Image& image) {
  // stb counts in int, and sums the differences of a row in an int.
  constexpr std::int64_t kMaxSide = 1 << 22;
  constexpr std::int64_t kMaxBytes = 1 << 30;
  const auto [width, height, channels] = std::tuple(image.width, image.height, image.channels);
  if (width > kMaxSide || height > kMaxSide || width * height > kMaxBytes / 3) {
    throw run_error("a picture of ", width, "x", height, " pixels is too large for a PNG file");
  }
  if (width < 1 || height < 1 || (channels != 1 && channels != 3) ||
      std::cmp_not_equal(image.pixels.size(), width * height * channels)) {
    throw run_error("cannot make a PNG of ", width, "x", height, " pixels of ", channels,
                    " channels from ", image.pixels.size(), " bytes");
  }
}

}  // namespace

Bytes encode_png(const Image& image) {
  check(image);
  int size = 0;
  const std::unique_ptr<unsigned char, decltype(&std::free)> png(
      stbi_write_png_to_mem(image.pixels.data(), 0, static_cast<int>(image.width),
                            static_cast<int>(image.height), static_cast<int>(image.channels),
                            &size),
      &std::free);
  if (png == nullptr) throw run_error("no memory to write a PNG");
  return {png.get(), png.get() + size};
}

}  // namespace gan
