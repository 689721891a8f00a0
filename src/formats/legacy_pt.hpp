#pragma once

#include <string_view>

#include "formats/pt.hpp"

namespace gan {

/// Whether a file begins like those of torch.save before 1.6, or with its zip format switched off.
bool is_legacy_pt(ByteView bytes);

/// Parses such a file as parse_pt does: three pickles identify the format, one holds the content,
/// one the storages' keys; then come the storages, each an int64 count and its elements.
PtDict parse_legacy_pt(ByteView bytes, std::string_view name);

}  // namespace gan
