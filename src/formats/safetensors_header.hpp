#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/safetensors.hpp"

namespace gan {

constexpr std::string_view kSafetensorsMetadata = "__metadata__";

/// A tensor in the header, and the range of its bytes, relative to the end of the header.
struct SafetensorsEntry {
  std::string name;
  PtTensor tensor = {};
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// The tensors in the header `text`, which starts at `offset` of the file `name`, in header order.
/// Its metadata goes to `metadata`. Throws an Error if the header is invalid.
std::vector<SafetensorsEntry> parse_safetensors_header(std::string_view text, std::size_t offset,
                                                       std::string_view name, Metadata& metadata);

/// The name of a type in a header.
std::string_view safetensors_dtype(PtType type);

}  // namespace gan
