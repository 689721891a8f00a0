#include <cstdlib>

#include "formats/safetensors.hpp"
#include "fuzz.hpp"

// Any input must be refused with an Error, or give tensors that fill the file and are written back
// unchanged. If the first byte is odd, the second is the header's length, since fuzzers rarely
// guess eight bytes.
void gan::fuzz(ByteView input) {
  Bytes file(input.begin(), input.end());
  if (input.size() > 1 && input[0] % 2 != 0) {
    const Bytes length = {input[1], 0, 0, 0, 0, 0, 0, 0};
    file.assign(length.begin(), length.end());
    file.insert(file.end(), input.begin() + 2, input.end());
  }
  const auto content = parse_safetensors(file, "input");
  must_not_throw([&] {
    std::size_t bytes = 0;
    for (const auto& [name, value] : content.tensors) {
      bytes += std::get<PtTensor>(value.value).bytes.size();
    }
    const auto header = 8 + file[0] + (file[1] << 8) + (file[2] << 16);
    if (header + bytes != file.size()) std::abort();
    const Bytes once = encode_safetensors(content);
    const auto again = parse_safetensors(once, "again");
    if (again.metadata != content.metadata || encode_safetensors(again) != once) std::abort();
  });
}
