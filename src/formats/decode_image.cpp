#include "formats/decode_image.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "core/text.hpp"
#include "formats/file_kind.hpp"
#include "formats/jpeg.hpp"
#include "gan_train/core/error.hpp"

namespace {

// What stb may take in one piece: a small file can unpack to more than it declares.
thread_local std::size_t most_at_once = 0;

// Zeroed: tables and coefficients that a JPEG never defines are read all the same.
void* allocate_for_stb(std::size_t size) {
  return size <= most_at_once ? std::calloc(1, size) : nullptr;
}

void* reallocate_for_stb(void* memory, std::size_t size) {
  return size <= most_at_once ? std::realloc(memory, size) : nullptr;
}

}  // namespace

#define STBI_MALLOC(size) allocate_for_stb(size)
#define STBI_REALLOC(memory, size) reallocate_for_stb(memory, size)
#define STBI_FREE(memory) std::free(memory)
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_NO_STDIO
#include <stb_image.h>

namespace gan {
namespace {

constexpr std::size_t kSlack = 4 << 20;     // tables, rounding up to whole blocks
constexpr std::uint64_t kLarge = 32 << 20;  // declared bytes; one such picture at a time

[[noreturn]] void refuse(std::string_view name) {
  const std::string_view reason = stbi_failure_reason();
  throw run_error(name, ": damaged picture (",
                  reason.empty() ? "its data end too soon" : printable(reason), ")");
}

bool is_png(ByteView file) {
  constexpr std::array<std::uint8_t, 8> kSignature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  return file.size() >= kSignature.size() &&
         std::equal(kSignature.begin(), kSignature.end(), file.begin());
}

struct StbFile {
  const stbi_uc* bytes;
  int size;
};

StbFile for_stb(ByteView file, std::string_view name) {
  if (file.size() > INT_MAX) throw run_error(name, ": holds more than ", INT_MAX, " bytes");
  return {file.data(), static_cast<int>(file.size())};
}

// The bytes that the picture takes as its header declares it.
std::uint64_t check_size(StbFile file, std::uint64_t limit, std::string_view name) {
  int width = 0;
  int height = 0;
  int channels = 0;
  if (stbi_info_from_memory(file.bytes, file.size, &width, &height, &channels) == 0) refuse(name);
  const std::int64_t deep = stbi_is_16_bit_from_memory(file.bytes, file.size) != 0 ? 2 : 1;
  const auto size =
      static_cast<std::uint64_t>(deep * width * height * std::max(channels, int{STBI_rgb}));
  if (width > kMaxImageSide || height > kMaxImageSide || size > limit) {
    throw run_error(name, ": declares ", width, "x", height, " pixels, ", size,
                    " bytes; allowed are sides of at most ", kMaxImageSide, " and ", limit,
                    " bytes");
  }
  return size;
}

}  // namespace

Image decode_image(ByteView file, std::int64_t channels, std::uint64_t limit,
                   std::string_view name) {
  // Nothing else may reach stb: it also takes JPEG files that don't begin like one.
  const bool jpeg = is_jpeg(file);
  if (!jpeg && !is_png(file)) throw not_a(name, file, "a PNG or JPEG picture");
  const Bytes plain = jpeg ? plain_jpeg(file, name) : Bytes();
  if (jpeg) file = plain;
  most_at_once = kSlack;
  const auto input = for_stb(file, name);
  const std::uint64_t declared = check_size(input, limit, name);
  most_at_once += 2 * std::max<std::size_t>(declared, file.size());
  static std::mutex one_large;
  std::unique_lock lock(one_large, std::defer_lock);
  if (declared > kLarge) lock.lock();
  int width = 0;
  int height = 0;
  int found = 0;
  const std::unique_ptr<stbi_uc, decltype(&std::free)> pixels(
      stbi_load_from_memory(input.bytes, input.size, &width, &height, &found,
                            static_cast<int>(channels)),
      &std::free);
  if (pixels == nullptr) refuse(name);
  Image image{width, height, channels, {}};
  image.pixels.assign(pixels.get(), pixels.get() + image.width * image.height * channels);
  return image;
}

}  // namespace gan
