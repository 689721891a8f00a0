#pragma once

#include <string_view>

#include "core/file.hpp"
#include "formats/graph.hpp"
#include "formats/pt.hpp"

namespace gan {

/// What a safetensors file holds: a JSON header and raw little-endian tensors.
struct SafeTensors {
  Metadata metadata;
  PtDict tensors;  ///< PtTensors only; once read, in the order of their data
};

/// The most that a header may take: far more than any generator needs, and little enough
/// that a hostile one costs less than 64 MiB.
inline constexpr std::size_t kSafetensorsMostHeader = 2U << 20;

/// Whether `bytes` look like such a file rather than another.
bool is_safetensors(ByteView bytes);

/// The bytes of such a file, those of the widest types first, so that all are aligned.
Bytes encode_safetensors(const SafeTensors& content);

/// Parses such a file strictly: the tensors must fill all that follows the header, with no
/// gap and no overlap. They point into `bytes`, which must outlive the result. Errors name
/// `name` and the offset or the tensor.
SafeTensors parse_safetensors(ByteView bytes, std::string_view name);

}  // namespace gan
