#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/file.hpp"
#include "gan_train/core/error.hpp"

namespace gan {

/// Number of a file's first bytes that file_kind() needs.
inline constexpr std::size_t kFileKindBytes = 512;

/// The kind of a file, from its first bytes, as words that fit after "is": "a PNG picture", "a web
/// page (HTML)", "an empty file". For a Git LFS pointer, also what to do. "" if unknown.
std::string file_kind(std::string_view first_bytes);

/// The same for a regular file; "" if there is none.
std::string kind_of_file(const std::filesystem::path& path);

/// The error for a file that begins with `bytes` and isn't `wanted` ("an IDX file"). It names the
/// file's actual kind or, if unknown, its first bytes.
Error not_a(std::string_view name, ByteView bytes, std::string_view wanted);

}  // namespace gan
