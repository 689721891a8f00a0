#include <limits>
#include <string>

#include "core/text.hpp"
#include "formats/byte_order.hpp"
#include "formats/zip.hpp"
#include "formats/zip_layout.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

void append(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

// An upper bound on the size, so that the output is allocated once.
std::uint64_t room_for(std::span<const ZipRecord> records) {
  std::uint64_t room = kZipEndSize + kZipSealSize;
  for (const auto& record : records) {
    constexpr std::size_t kLocalAtMost = 30 + 4 + 63;
    constexpr std::size_t kDescriptor = 16;
    room += kLocalAtMost + kDescriptor + kZipCentralSize + 2 * record.name.size();
    room += record.data.size();
  }
  return room;
}

}  // namespace

bool is_plain_name(std::string_view name) {
  if (!is_utf8(name)) return false;
  for (const char c : name) {
    if (static_cast<std::uint8_t>(c) < 0x20 || c == 0x7f || c == '\\') return false;
  }
  for (;;) {
    const auto part = name.substr(0, name.find('/'));
    if (part.empty() || part == "." || part == "..") return false;
    if (part.size() == name.size()) return true;
    name.remove_prefix(part.size() + 1);
  }
}

Bytes encode_zip(std::span<const ZipRecord> records) {
  const std::uint64_t room = room_for(records);
  if (room > std::numeric_limits<std::uint32_t>::max()) {
    throw run_error("a .pt file of about ", room, " bytes would pass the limit of 4 GiB");
  }
  Bytes out;
  out.reserve(room);
  std::string central;
  for (const auto& record : records) {
    const ZipEntry entry{record.name, static_cast<std::uint32_t>(record.data.size()),
                         crc32_of(record.data), static_cast<std::uint32_t>(out.size())};
    append(out, as_bytes(zip_local_header(entry)));
    append(out, record.data);
    append(out, as_bytes(zip_descriptor(entry)));
    central += zip_central_header(entry);
  }
  const auto end = zip_end(records.size(), static_cast<std::uint32_t>(out.size()),
                           static_cast<std::uint32_t>(central.size()), kZipSealSize);
  append(out, as_bytes(central));
  append(out, as_bytes(end));
  append(out, as_bytes(zip_seal(crc32_of(out))));
  return out;
}

}  // namespace gan
