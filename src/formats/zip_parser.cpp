#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "core/text.hpp"
#include "formats/byte_order.hpp"
#include "formats/zip.hpp"
#include "formats/zip_layout.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

class ZipParser {
 public:
  ZipParser(ByteView bytes, std::string_view name) : bytes_(bytes), name_(name) {}
  std::vector<ZipRecord> parse();

 private:
  template <typename... Args>
  [[noreturn]] void fail(const Args&... args) const {
    throw run_error(name_, ": ", args...);
  }
  void check_seal();
  void find_central();
  ZipEntry read_central();
  ZipRecord read_local(const ZipEntry& entry);
  void expect(std::uint64_t offset, std::string_view expected, std::string_view what) const;

  ByteView bytes_;
  std::string_view name_;
  std::size_t seal_size_ = 0;
  std::uint64_t count_ = 0;
  std::uint64_t local_ = 0;          // required start of the next record
  std::uint64_t central_ = 0;        // required start of the next central header
  std::uint64_t central_begin_ = 0;  // end of the records
  std::uint64_t central_end_ = 0;
};

// The caller must have checked that the bytes exist.
void ZipParser::expect(std::uint64_t offset, std::string_view expected,
                       std::string_view what) const {
  const auto found = as_text(bytes_.subspan(offset, expected.size()));
  if (found == expected) return;
  const auto at = static_cast<std::size_t>(
      std::mismatch(found.begin(), found.end(), expected.begin()).first - found.begin());
  fail("offset ", offset + at, ", in ", what, ": found byte ", hex(bytes_[offset + at]),
       ", expected ", hex(static_cast<std::uint8_t>(expected[at])));
}

void ZipParser::check_seal() {
  if (bytes_.size() > std::numeric_limits<std::uint32_t>::max()) {
    fail("holds ", bytes_.size(), " bytes; files of 4 GiB and more are not supported");
  }
  if (bytes_.size() < kZipEndSize + kZipSealSize) {
    fail("holds ", bytes_.size(),
         " bytes, too few for a .pt file; it is truncated or not a .pt file");
  }
  const auto seal = as_text(bytes_.last(kZipSealSize));
  if (!seal.starts_with(kZipSealStart)) return;
  seal_size_ = kZipSealSize;
  const auto expected = zip_seal(crc32_of(bytes_.first(bytes_.size() - kZipSealSize)));
  if (seal != expected) {
    fail("is damaged: its CRC-32 is ", expected.substr(kZipSealStart.size()), ", expected ",
         in_quotes(seal.substr(kZipSealStart.size())), " as its last bytes say");
  }
}

void ZipParser::find_central() {
  central_end_ = bytes_.size() - seal_size_ - kZipEndSize;
  const auto end = bytes_.subspan(central_end_, kZipEndSize);
  count_ = get_le<std::uint64_t>(end.subspan(32));
  const auto size = get_le<std::uint64_t>(end.subspan(40));
  const auto offset = get_le<std::uint64_t>(end.subspan(48));
  if (as_text(end.first(4)) != "PK\6\6") {
    fail("offset ", central_end_, ": no end record of a zip archive as torch.save writes it; the ",
         "file is truncated, has trailing bytes, or is not a .pt file");
  }
  if (offset > central_end_ || size != central_end_ - offset) {
    fail("offset ", central_end_ + 40, ": the end record says that the directory has ", size,
         " bytes from offset ", offset, " on; expected to end at offset ", central_end_);
  }
  expect(central_end_,
         zip_end(count_, static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(size),
                 static_cast<std::uint16_t>(seal_size_)),
         "the end records");
  central_ = central_begin_ = offset;
}

ZipEntry ZipParser::read_central() {
  const std::uint64_t room = central_end_ - central_;
  const auto header = bytes_.subspan(central_, room);
  if (room < kZipCentralSize) fail("offset ", central_, ": the directory is truncated");
  const std::size_t name_size = get_le<std::uint16_t>(header.subspan(28));
  if (room < kZipCentralSize + name_size) {
    fail("offset ", central_ + 28, ": a name of ", name_size, " bytes exceeds the directory");
  }
  const ZipEntry entry{as_text(header.subspan(kZipCentralSize, name_size)),
                       get_le<std::uint32_t>(header.subspan(24)),
                       get_le<std::uint32_t>(header.subspan(16)),
                       static_cast<std::uint32_t>(local_)};
  if (!is_plain_name(entry.name)) {
    fail("offset ", central_ + kZipCentralSize, ": ", in_quotes(entry.name),
         " is not a plain file name");
  }
  const auto offset = get_le<std::uint32_t>(header.subspan(42));
  if (offset != local_) {
    fail("offset ", central_ + 42, ": record ", in_quotes(entry.name), " begins at ", offset,
         ", expected ", local_, ", where the one before it ends");
  }
  expect(central_, zip_central_header(entry), "the directory's entry of " + in_quotes(entry.name));
  central_ += kZipCentralSize + name_size;
  return entry;
}

ZipRecord ZipParser::read_local(const ZipEntry& entry) {
  const auto header = zip_local_header(entry);
  const auto descriptor = zip_descriptor(entry);
  const std::uint64_t room = central_begin_ - local_;
  const std::uint64_t need = header.size() + std::uint64_t{entry.size} + descriptor.size();
  const auto record = "record " + in_quotes(entry.name);
  if (need > room) {
    fail("offset ", local_, ": ", record, " needs ", need, " bytes, found ", room);
  }
  expect(local_, header, "the header of " + record);
  const auto data = bytes_.subspan(local_ + header.size(), entry.size);
  if (crc32_of(data) != entry.crc) {
    fail("offset ", local_ + header.size(), ": ", record, " is damaged: its CRC-32 differs from ",
         "the one in the directory");
  }
  expect(local_ + header.size() + entry.size, descriptor, "the end of " + record);
  local_ += need;
  return {entry.name, data};
}

std::vector<ZipRecord> ZipParser::parse() {
  check_seal();
  find_central();
  std::vector<ZipRecord> records;
  std::vector<std::string_view> names;
  while (central_ < central_end_) {
    records.push_back(read_local(read_central()));
    names.push_back(records.back().name);
  }
  if (local_ != central_begin_) {
    fail("offset ", local_, ": ", central_begin_ - local_, " bytes belong to no record");
  }
  if (records.size() != count_) {
    fail("the end records claim ", count_, " records, found ", records.size());
  }
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) fail("record ", in_quotes(*twice), " occurs twice");
  return records;
}

}  // namespace

std::vector<ZipRecord> parse_zip(ByteView bytes, std::string_view name) {
  return ZipParser(bytes, name).parse();
}

}  // namespace gan
