#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/safetensors.hpp"

namespace gan {

constexpr std::string_view kSafetensorsMetadata = "__metadata__";

/// A tensor of the header and where its bytes lie, from the end of the header.
struct SafetensorsEntry {
  std::string name;
  PtTensor tensor = {};
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// The tensors that the header `text`, which begins at `offset` of the file `name`, tells of, in
/// its order; its free text goes to `metadata`. Error where it is no such header.
std::vector<SafetensorsEntry> parse_safetensors_header(std::string_view text, std::size_t offset,
                                                       std::string_view name, Metadata& metadata);

/// What a header calls a type.
std::string_view safetensors_dtype(PtType type);

}  // namespace gan
