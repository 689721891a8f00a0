#pragma once

#include <string_view>

#include "formats/pt.hpp"

namespace gan {

/// Whether a file begins as torch.save of before 1.6 wrote it, or as it still does without its zip
/// format.
bool is_legacy_pt(ByteView bytes);

/// Parses such a file as parse_pt does: three pickles that name the format, one of the content, one
/// of the storages' keys; then each storage, an int64 count and its elements.
PtDict parse_legacy_pt(ByteView bytes, std::string_view name);

}  // namespace gan
