#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/file.hpp"

namespace gan {

/// The form of zip archive that torch.save writes: stored records without gaps, data at multiples
/// of 64 bytes. See docs/formats.md.
struct ZipRecord {
  std::string_view name;
  ByteView data;
};

/// The bytes of an archive, sealed by a CRC-32 in its comment. Names must be plain (see
/// is_plain_name) and unique.
Bytes encode_zip(std::span<const ZipRecord> records);

/// Parses an archive, sealed or written by torch.save. The records point into `bytes`. Any byte
/// that differs from the output of encode_zip for the same records is an Error that gives `name`.
std::vector<ZipRecord> parse_zip(ByteView bytes, std::string_view name);

/// Whether it is a relative path that stays inside its folder: UTF-8, no control characters, no
/// backslash, no empty part, no "." or "..".
bool is_plain_name(std::string_view name);

}  // namespace gan
