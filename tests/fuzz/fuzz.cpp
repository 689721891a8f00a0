// Entry point of every fuzzer. Checks the promise that a file takes no more memory than its own
// size plus 64 MiB: libFuzzer itself checks only single allocations and, once per second, the whole
// process.
#include "fuzz.hpp"

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <sanitizer/allocator_interface.h>

namespace {

constexpr std::int64_t kMaxExtraBytes = 64 << 20;

// Bytes that the current input has allocated and not freed, and its limit.
std::atomic<std::int64_t> held = 0;
std::atomic<std::int64_t> allowed = INT64_MAX;

void on_malloc(const volatile void*, std::size_t size) {
  if ((held += static_cast<std::int64_t>(size)) <= allowed) return;
  allowed = INT64_MAX;  // the following code allocates too
  std::cerr << "an input takes more memory than its size and 64 MiB\n";
  std::abort();
}

void on_free(const volatile void* memory) {
  const auto size = __sanitizer_get_allocated_size(const_cast<const void*>(memory));
  held -= static_cast<std::int64_t>(size);
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  if (__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) == 0) std::abort();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  held = 0;
  allowed = kMaxExtraBytes + static_cast<std::int64_t>(size);
  try {
    gan::fuzz({data, size});
  } catch (const gan::Error&) {
  }
  allowed = INT64_MAX;
  return 0;
}
