#include <cstdlib>
#include <sys/mman.h>
#include <unistd.h>

#include "formats/gzip.hpp"
#include "formats/idx.hpp"
#include "fuzz.hpp"

namespace {

// read_idx needs a file; this one is in memory.
gan::IdxArray read_gzipped(gan::ByteView bytes) {
  static const int fd = memfd_create("fuzz", 0);
  static const auto path = "/proc/self/fd/" + std::to_string(fd);
  const auto size = static_cast<ssize_t>(bytes.size());
  if (ftruncate(fd, size) != 0 || pwrite(fd, bytes.data(), bytes.size(), 0) != size) std::abort();
  return gan::read_idx(path, 1 << 16);
}

}  // namespace

// Any input must be refused with an Error, or give an array that is written back as the same file,
// or as the file that was compressed.
void gan::fuzz(ByteView input) {
  const bool is_gzipped = is_gzip(input);
  const auto array = is_gzipped ? read_gzipped(input) : parse_idx(input, "input");
  must_not_throw([&] {
    const auto header = idx_header(array.dims);
    Bytes again(header.begin(), header.end());
    again.insert(again.end(), array.values.begin(), array.values.end());
    const auto file =
        is_gzipped ? gunzip(input, again.size(), "input") : Bytes(input.begin(), input.end());
    if (again != file) std::abort();
  });
}
