#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "gan_train/core/error.hpp"
#include "gan_train/formats/gzip.hpp"

// The first two bytes give the limit, the rest is the file: it is refused with
// an Error, or unpacks to no more than that, in no more memory than promised.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::uint64_t limit = std::uint64_t{16} * (data[0] | data[1] << 8);
  const gan::ByteView bytes(data + 2, size - 2);
  try {
    const auto all = gan::gunzip(bytes, limit, "input");
    if (all.size() > limit || all.capacity() > std::max<std::size_t>(2 * all.size(), 1 << 12)) {
      std::abort();
    }
    const auto head = gan::gunzip_head(bytes, 20, "input");
    if (head.size() != std::min<std::size_t>(all.size(), 20) ||
        !std::equal(head.begin(), head.end(), all.begin())) {
      std::abort();
    }
  } catch (const gan::Error&) {
  }
  return 0;
}
