#include "formats/npz.hpp"

#include <algorithm>
#include <cstdint>
#include <zlib.h>

#include "core/text.hpp"
#include "formats/byte_order.hpp"
#include "formats/zip.hpp"
#include "formats/zip_layout.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

constexpr std::uint32_t kCentralSignature = 0x02014b50;
constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::size_t kLocalSize = 30;     // without name and extra field
constexpr std::size_t kPlainEndSize = 22;  // without the comment
constexpr std::uint16_t kStored = 0, kDeflated = 8;

// Reads a zip archive as NumPy writes it. Uses only the central directory and the data, and checks
// each CRC.
class NpzReader {
 public:
  NpzReader(ByteView bytes, std::uint64_t limit, std::string_view name)
      : bytes_(bytes), left_(limit), name_(name) {}

  std::vector<std::pair<std::string, Bytes>> read() {
    const std::size_t end = find_end();
    std::size_t at = field<std::uint32_t>(end + 16);
    std::vector<std::pair<std::string, Bytes>> arrays;
    for (int count = field<std::uint16_t>(end + 10); count > 0; --count) {
      if (field<std::uint32_t>(at) != kCentralSignature) fail("its directory is damaged");
      const std::size_t name_size = field<std::uint16_t>(at + 28);
      const auto entry = as_text(part(at + kZipCentralSize, name_size));
      if (entry.ends_with(".npy")) {
        arrays.emplace_back(entry.substr(0, entry.size() - 4), data_of(at, entry));
      }
      at += kZipCentralSize + name_size + field<std::uint16_t>(at + 30) +
            field<std::uint16_t>(at + 32);
    }
    return arrays;
  }

 private:
  template <typename... Args>
  [[noreturn]] void fail(const Args&... args) const {
    throw run_error(name_, ": ", args...);
  }

  ByteView part(std::size_t at, std::size_t size) const {
    if (at > bytes_.size() || size > bytes_.size() - at) fail("is truncated, or not a .npz file");
    return bytes_.subspan(at, size);
  }
  template <typename T>
  T field(std::size_t at) const {
    return get_le<T>(part(at, sizeof(T)));
  }

  // Offset of the end record, which a comment may follow.
  std::size_t find_end() const {
    for (std::size_t comment = 0; comment <= UINT16_MAX; ++comment) {
      if (bytes_.size() < kPlainEndSize + comment) break;
      const std::size_t at = bytes_.size() - kPlainEndSize - comment;
      if (field<std::uint32_t>(at) == kEndSignature && field<std::uint16_t>(at + 20) == comment) {
        return at;
      }
    }
    fail("is not a .npz file");
  }

  Bytes data_of(std::size_t at, std::string_view entry) {
    const auto method = field<std::uint16_t>(at + 10);
    const std::size_t compressed = field<std::uint32_t>(at + 20),
                      size = field<std::uint32_t>(at + 24);
    const std::size_t local = field<std::uint32_t>(at + 42);
    if (field<std::uint32_t>(local) != kLocalSignature) fail(in_quotes(entry), " is damaged");
    const std::size_t begin =
        local + kLocalSize + field<std::uint16_t>(local + 26) + field<std::uint16_t>(local + 28);
    const auto data = part(begin, compressed);
    if (size > left_) fail(in_quotes(entry), " is larger than statistics can be");
    left_ -= size;
    Bytes array =
        method == kDeflated ? inflated(data, size, entry) : Bytes(data.begin(), data.end());
    if ((method != kStored && method != kDeflated) || array.size() != size ||
        crc32_of(array) != field<std::uint32_t>(at + 16)) {
      fail(in_quotes(entry), " is damaged, or compressed in a way that NumPy doesn't use");
    }
    return array;
  }

  Bytes inflated(ByteView data, std::size_t size, std::string_view entry) const {
    constexpr std::size_t kMaxRatio = 1032;  // maximum ratio of deflate
    if (size / kMaxRatio > data.size()) fail(in_quotes(entry), " is damaged");
    Bytes out(size);
    z_stream zlib{};
    if (inflateInit2(&zlib, -15) != Z_OK) fail("zlib cannot start");
    zlib.next_in = const_cast<Bytef*>(data.data());
    zlib.avail_in = static_cast<uInt>(data.size());
    zlib.next_out = out.data();
    zlib.avail_out = static_cast<uInt>(out.size());
    const int status = inflate(&zlib, Z_FINISH);
    out.resize(out.size() - zlib.avail_out);
    inflateEnd(&zlib);
    if (status != Z_STREAM_END) fail(in_quotes(entry), " is damaged");
    return out;
  }

  ByteView bytes_;
  std::uint64_t left_;
  std::string_view name_;
};

}  // namespace

std::vector<std::pair<std::string, Bytes>> parse_npz(ByteView bytes, std::uint64_t limit,
                                                     std::string_view name) {
  return NpzReader(bytes, limit, name).read();
}

Bytes encode_npz(const std::vector<std::pair<std::string, Bytes>>& arrays) {
  std::vector<std::string> names;
  for (const auto& array : arrays) names.push_back(array.first + ".npy");
  std::vector<ZipRecord> records;
  for (std::size_t i = 0; i < arrays.size(); ++i) records.push_back({names[i], arrays[i].second});
  return encode_zip(records);
}

}  // namespace gan
