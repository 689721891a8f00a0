#include <algorithm>
#include <cstdlib>

#include "formats/npy.hpp"
#include "fuzz.hpp"

// Any bytes are either refused with an Error or an array that, written again,
// parses to the same.
void gan::fuzz(ByteView input) {
  const auto array = parse_npy(input, "input");
  surely([&] {
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
