#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/file.hpp"

namespace gan {

/// The fields of one record's headers.
struct ZipEntry {
  std::string_view name;
  std::uint32_t size = 0;
  std::uint32_t crc = 0;
  std::uint32_t offset = 0;  ///< offset of its local header
};

// These functions produce every byte of an archive that is not data: the writer writes their
// result, the parser compares with it.

/// Includes the name, and padding that puts the data at a multiple of 64.
std::string zip_local_header(const ZipEntry& entry);
/// Follows the data; "" for an empty record.
std::string zip_descriptor(const ZipEntry& entry);
std::string zip_central_header(const ZipEntry& entry);
/// The zip64 end record, its locator and the end record.
std::string zip_end(std::uint64_t count, std::uint32_t central_offset, std::uint32_t central_size,
                    std::uint16_t comment_size);
/// The archive's comment, with the CRC-32 of everything before it.
std::string zip_seal(std::uint32_t crc);

inline constexpr std::string_view kZipSealStart = "gan-train crc32=";
inline constexpr std::size_t kZipSealSize = kZipSealStart.size() + 8;
inline constexpr std::size_t kZipCentralSize = 46;        ///< without the name
inline constexpr std::size_t kZipEndSize = 56 + 20 + 22;  ///< all three records

std::uint32_t crc32_of(ByteView bytes);

}  // namespace gan
