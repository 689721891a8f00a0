#pragma once

#include <string>
#include <string_view>

namespace gan {

/// As many first bytes of a file as tell its kind.
inline constexpr std::size_t kFileKindBytes = 512;

/// What a file is, by its first bytes, in words that follow "is": "a PNG picture", "a web page
/// (HTML)", "an empty file". It says what to do where that is no data at all. "" where it is not
/// known.
std::string file_kind(std::string_view first_bytes);

}  // namespace gan
