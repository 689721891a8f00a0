#include "config_fuzzer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gan::fuzz_config(gan::parse_yaml, data, size);
  return 0;
}
