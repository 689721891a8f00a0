#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/file.hpp"

namespace gan {

/// The one form of zip archive that torch.save writes: stored records back to
/// back, data at multiples of 64 bytes. See docs/formats.md.
struct ZipRecord {
  std::string_view name;
  ByteView data;
};

/// The bytes of an archive whose comment seals it with a CRC-32. Names must be
/// plain (see is_plain_name) and differ.
Bytes encode_zip(std::span<const ZipRecord> records);

/// Parses an archive, sealed or as torch.save leaves it; the records point into
/// `bytes`. A byte that differs from what encode_zip would have written for the
/// same records is an Error naming `name`.
std::vector<ZipRecord> parse_zip(ByteView bytes, std::string_view name);

/// A relative path that stays in its folder: UTF-8, no control characters, no
/// backslash, no empty part, no "." or "..".
bool is_plain_name(std::string_view name);

}  // namespace gan
