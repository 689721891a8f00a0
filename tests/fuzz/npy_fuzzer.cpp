#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "gan_train/core/error.hpp"
#include "gan_train/formats/npy.hpp"

// Any bytes are either refused with an Error or an array whose header, written
// again, parses to the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gan::NpyArray array;
  try {
    array = gan::parse_npy({data, size}, "input");
  } catch (const gan::Error&) {
    return 0;
  }
  const auto header = gan::npy_header(array.dtype, array.shape);
  gan::Bytes again(header.begin(), header.end());
  again.insert(again.end(), array.values.begin(), array.values.end());
  const auto parsed = gan::parse_npy(again, "again");  // its Error would be a crash
  if (parsed.dtype != array.dtype || parsed.shape != array.shape) std::abort();
  return 0;
}
