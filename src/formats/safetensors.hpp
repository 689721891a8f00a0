#pragma once

#include <string_view>

#include "core/file.hpp"
#include "formats/graph.hpp"
#include "formats/pt.hpp"

namespace gan {

/// Contents of a safetensors file: a JSON header and raw little-endian tensors.
struct SafeTensors {
  Metadata metadata;
  PtDict tensors;  ///< only PtTensors; after reading, in the order of their data
};

/// Maximum size of a header: far more than any generator needs, yet a hostile header takes less
/// than 64 MiB.
inline constexpr std::size_t kMaxSafetensorsHeader = 2U << 20;

/// Whether `bytes` look like a safetensors file.
bool is_safetensors(ByteView bytes);

/// The bytes of a safetensors file, widest types first, so that all tensors are aligned.
Bytes encode_safetensors(const SafeTensors& content);

/// Parses a safetensors file strictly: the tensors must fill all bytes after the header, without
/// gaps or overlaps. They point into `bytes`, which must outlive the result. Errors include `name`
/// and the offset or the tensor.
SafeTensors parse_safetensors(ByteView bytes, std::string_view name);

}  // namespace gan
