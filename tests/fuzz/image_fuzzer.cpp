#include <cstdlib>

#include "formats/decode_image.hpp"
#include "fuzz.hpp"

// Any bytes are either refused with an Error or a picture that comes back the same
// from a PNG of ours.
void gan::fuzz(ByteView input) {
  const std::int64_t channels = input.size() % 2 == 0 ? 3 : 1;
  const auto image = decode_image(input, channels, 1 << 20, "input");
  surely([&] {
    const auto again = decode_image(encode_png(image), channels, 1 << 20, "again");
    if (again.width != image.width || again.pixels != image.pixels) std::abort();
  });
}
