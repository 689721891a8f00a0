#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "gan_train/core/error.hpp"
#include "gan_train/formats/idx.hpp"

// Any bytes are either refused with an Error or parse to an array that, written
// again, is the same file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const gan::ByteView bytes(data, size);
  gan::IdxArray array;
  try {
    array = gan::parse_idx(bytes, "input");
  } catch (const gan::Error&) {
    return 0;
  }
  const auto header = gan::idx_header(array.dims);
  gan::Bytes again(header.begin(), header.end());
  again.insert(again.end(), array.values.begin(), array.values.end());
  if (again != gan::Bytes(bytes.begin(), bytes.end())) std::abort();
  return 0;
}
