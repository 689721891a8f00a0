#include <algorithm>
#include <cstdlib>

#include "formats/gzip.hpp"
#include "fuzz.hpp"

// The first two bytes are the limit, up to 64 KiB; the rest is the file. It must be refused with an
// Error, or unpack to at most the limit.
void gan::fuzz(ByteView input) {
  if (input.size() < 2) return;
  const std::uint64_t limit = input[0] | input[1] << 8;
  const auto file = input.subspan(2);
  const auto all = gunzip(file, limit, "input");
  if (all.size() > limit || all.capacity() > std::max<std::size_t>(2 * all.size(), 1 << 12)) {
    std::abort();
  }
  const auto head = must_not_throw([&] { return gunzip_head(file, 20, "input"); });
  if (head.size() != std::min<std::size_t>(all.size(), 20) ||
      !std::equal(head.begin(), head.end(), all.begin())) {
    std::abort();
  }
}
