#include <algorithm>
#include <cstdlib>

#include "formats/npy.hpp"
#include "fuzz.hpp"

// Any input must be refused with an Error, or give an array that is parsed back after being
// written.
void gan::fuzz(ByteView input) {
  const auto array = parse_npy(input, "input");
  must_not_throw([&] {
    const auto header = npy_header(array.dtype, array.shape);
    Bytes again(header.begin(), header.end());
    again.insert(again.end(), array.values.begin(), array.values.end());
    const auto parsed = parse_npy(again, "again");
    if (parsed.dtype != array.dtype || parsed.shape != array.shape ||
        !std::ranges::equal(parsed.values, array.values)) {
      std::abort();
    }
  });
}
