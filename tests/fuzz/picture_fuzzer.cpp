#include <cstdlib>
#include <zlib.h>

#include "formats/byte_order.hpp"
#include "formats/decode_image.hpp"
#include "formats/file_kind.hpp"
#include "fuzz.hpp"

namespace {

using namespace gan;

// Corrects the checksums of a PNG's chunks, so that changes get past them.
Bytes with_checksums(ByteView input) {
  constexpr std::size_t kSignature = 8;
  constexpr std::size_t kAround = 12;  // length, kind and checksum
  Bytes file(input.begin(), input.end());
  if (file_kind(as_text(input)) != "a PNG picture") return file;
  for (std::size_t at = kSignature; file.size() - at >= kAround;) {
    const auto length = static_cast<std::size_t>(get_be32(input.subspan(at, 4)));
    if (length > file.size() - at - kAround) break;
    const auto sum = crc32(0, file.data() + at + 4, static_cast<uInt>(length + 4));
    at += kAround + length;
    for (std::size_t i = 0; i < 4; ++i) {
      file[at - 1 - i] = static_cast<std::uint8_t>(sum >> (8 * i));
    }
  }
  return file;
}

}  // namespace

// Any input must be refused with an Error, or decode twice to the same picture, which also survives
// our own PNG encoder.
void gan::fuzz(ByteView input) {
  const auto size = static_cast<std::int64_t>(input.size());
  const DecodeOptions options = {
      .channels = size % 2 == 0 ? 3 : 1, .side = size % 3, .max_pixels = 1 << 18};
  const Bytes file = with_checksums(input);
  const Image image = decode_image(file, options, "input").image;
  must_not_throw([&] {
    const Image again = decode_image(file, options, "again").image;
    const Image back =
        decode_image(encode_png(image), {.channels = image.channels}, "encoded").image;
    for (const auto* same : {&again, &back}) {
      if (same->width != image.width || same->pixels != image.pixels) std::abort();
    }
  });
}
