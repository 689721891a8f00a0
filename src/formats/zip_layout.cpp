#include "formats/zip_layout.hpp"

#include <algorithm>
#include <zlib.h>

#include "core/text.hpp"
#include "formats/byte_order.hpp"

namespace gan {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::uint16_t kUtf8 = 0x0800;
constexpr std::uint16_t kHasDescriptor = 0x0008;

// Version needed, flags, method and time, which both headers share: all zero except the flags, as
// PyTorch's writer leaves them.
void put_common(std::string& out, const ZipEntry& entry) {
  put_le<std::uint16_t>(out, 0);
  put_le<std::uint16_t>(out, entry.size > 0 ? kUtf8 | kHasDescriptor : kUtf8);
  put_le<std::uint16_t>(out, 0);
  put_le<std::uint32_t>(out, 0);
}

}  // namespace

std::string zip_local_header(const ZipEntry& entry) {
  std::string out = "PK\3\4";
  put_common(out, entry);
  out.append(12, '\0');  // the descriptor has CRC and sizes
  const std::size_t unpadded = entry.offset + 30 + entry.name.size() + 4;
  const auto padding = static_cast<std::uint16_t>(-unpadded % kAlignment);
  put_le(out, static_cast<std::uint16_t>(entry.name.size()));
  put_le(out, static_cast<std::uint16_t>(padding + 4));
  out += entry.name;
  out += "FB";
  put_le(out, padding);
  return out.append(padding, 'Z');
}

std::string zip_descriptor(const ZipEntry& entry) {
  if (entry.size == 0) return "";
  std::string out = "PK\7\10";
  put_le(out, entry.crc);
  put_le(out, entry.size);
  put_le(out, entry.size);
  return out;
}

std::string zip_central_header(const ZipEntry& entry) {
  std::string out = "PK\1\2";
  put_le<std::uint16_t>(out, 0);
  put_common(out, entry);
  put_le(out, entry.crc);
  put_le(out, entry.size);
  put_le(out, entry.size);
  put_le(out, static_cast<std::uint16_t>(entry.name.size()));
  out.append(12, '\0');  // no extra field, no comment, disk 0, no attributes
  put_le(out, entry.offset);
  return out += entry.name;
}

std::string zip_end(std::uint64_t count, std::uint32_t central_offset, std::uint32_t central_size,
                    std::uint16_t comment_size) {
  std::string out = "PK\6\6";
  put_le<std::uint64_t>(out, 44);
  put_le<std::uint16_t>(out, 0x031e);
  put_le<std::uint16_t>(out, 45);
  put_le<std::uint64_t>(out, 0);
  put_le(out, count);
  put_le(out, count);
  put_le<std::uint64_t>(out, central_size);
  put_le<std::uint64_t>(out, central_offset);

  out += "PK\6\7";
  put_le<std::uint32_t>(out, 0);
  put_le(out, std::uint64_t{central_offset} + central_size);
  put_le<std::uint32_t>(out, 1);

  out += "PK\5\6";
  put_le<std::uint32_t>(out, 0);
  const auto short_count = static_cast<std::uint16_t>(std::min<std::uint64_t>(count, UINT16_MAX));
  put_le(out, short_count);
  put_le(out, short_count);
  put_le(out, central_size);
  put_le(out, central_offset);
  put_le(out, comment_size);
  return out;
}

std::string zip_seal(std::uint32_t crc) {
  return std::string(kZipSealStart) + formatted("%08x", crc);
}

std::uint32_t crc32_of(ByteView bytes) {
  return static_cast<std::uint32_t>(crc32_z(0, bytes.data(), bytes.size()));
}

}  // namespace gan
