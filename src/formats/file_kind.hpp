#pragma once

#include <string>
#include <string_view>

#include "core/file.hpp"
#include "gan_train/core/error.hpp"

namespace gan {

/// As many first bytes of a file as tell its kind.
inline constexpr std::size_t kFileKindBytes = 512;

/// What a file is, by its first bytes, in words that follow "is": "a PNG picture", "a web page
/// (HTML)", "an empty file". It says what to do where that is no data at all. "" where it is not
/// known.
std::string file_kind(std::string_view first_bytes);

/// The error for a file that begins with `bytes` and isn't `wanted` ("an IDX file"): it says what
/// the file is instead or, where that isn't known, which its first bytes are.
Error not_a(std::string_view name, ByteView bytes, std::string_view wanted);

}  // namespace gan
