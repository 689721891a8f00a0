// Archives with correct seals and CRCs, but built to mislead.
#include <gtest/gtest.h>

#include "formats/pt_helpers.hpp"

namespace gan {
namespace {

constexpr std::string_view kEmptyDict = "\x80\x02}.";

void put(Bytes& file, std::size_t offset, std::string_view bytes) {
  std::copy(bytes.begin(), bytes.end(), file.begin() + static_cast<std::ptrdiff_t>(offset));
}

template <typename T>
std::string le(T value) {
  std::string out;
  put_le(out, value);
  return out;
}

std::size_t end_of(const Bytes& file) { return file.size() - kZipSealSize - kZipEndSize; }

std::size_t directory_of(const Bytes& file) {
  return get_le<std::uint64_t>(ByteView(file).subspan(end_of(file) + 48));
}

// An archive with gaps[i] unused bytes before the i-th record and consistent headers. One more gap
// than records adds one before the directory.
Bytes zip_with_gaps(const NamedRecords& records, const std::vector<std::size_t>& gaps) {
  std::string out;
  std::string central;
  for (std::size_t i = 0; i < records.size(); ++i) {
    out.append(gaps.at(i), 'Z');
    const auto& [name, data] = records[i];
    const ZipEntry entry{name, static_cast<std::uint32_t>(data.size()), crc32_of(data),
                         static_cast<std::uint32_t>(out.size())};
    out += zip_local_header(entry);
    out += as_text(data);
    out += zip_descriptor(entry);
    central += zip_central_header(entry);
  }
  out.append(gaps.at(records.size()), 'Z');
  const auto end = zip_end(records.size(), static_cast<std::uint32_t>(out.size()),
                           static_cast<std::uint32_t>(central.size()), kZipSealSize);
  out += central + end + std::string(kZipSealSize, ' ');
  return resealed(bytes_of(out));
}

const NamedRecords& plain() {
  static const NamedRecords records = {{"a/data.pkl", bytes_of(kEmptyDict)},
                                       {"a/version", bytes_of("3\n")}};
  return records;
}

TEST(ZipHostile, RefusesHoles) {
  EXPECT_EQ(zip_with_gaps(plain(), {0, 0, 0}), zip_of(plain()));
  EXPECT_EQ(complaint(zip_with_gaps(plain(), {0, 0, 0})), "");
  EXPECT_NE(complaint(zip_with_gaps(plain(), {64, 0, 0})), "");
  EXPECT_NE(complaint(zip_with_gaps(plain(), {0, 1, 0})), "");
  EXPECT_NE(complaint(zip_with_gaps(plain(), {0, 0, 1})), "");
}

TEST(ZipHostile, RefusesOverlapAndForeignOffsets) {
  const Bytes file = zip_of(plain());
  const std::size_t second = directory_of(file) + kZipCentralSize + 10;
  for (const std::uint32_t offset : {0U, 1U, 64U, 1000000U, UINT32_MAX}) {
    Bytes bad = file;
    put(bad, second + 42, le(offset));
    EXPECT_NE(complaint(resealed(bad)).find("begins at"), std::string::npos);
  }
}

TEST(ZipHostile, RefusesSizesBeyondTheFile) {
  const Bytes file = zip_of(plain());
  for (const std::uint32_t size : {5U, 1000U, 0x7fffffffU, UINT32_MAX}) {
    Bytes bad = file;
    put(bad, directory_of(file) + 20, le(size) + le(size));
    EXPECT_NE(complaint(resealed(bad)), "");
  }
}

TEST(ZipHostile, RefusesClaimsOfTheEndRecords) {
  const Bytes file = zip_of(plain());
  for (const std::uint64_t count : {0ULL, 1ULL, 3ULL, 10000000ULL, ~0ULL}) {
    Bytes bad = file;
    put(bad, end_of(file) + 24, le(count) + le(count));
    EXPECT_NE(complaint(resealed(bad)), "") << count;
    const auto short_count = le(static_cast<std::uint16_t>(std::min<std::uint64_t>(count, 65535)));
    put(bad, end_of(file) + 84, short_count + short_count);
    EXPECT_NE(complaint(resealed(bad)).find("claim"), std::string::npos) << count;
  }
  const auto size = get_le<std::uint64_t>(ByteView(file).subspan(end_of(file) + 40));
  const auto offset = get_le<std::uint64_t>(ByteView(file).subspan(end_of(file) + 48));
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> claims = {
      {size + 1, offset}, {size, offset + 1}, {size + 1, offset - 1}, {0, end_of(file)},
      {~0ULL, offset},    {size, ~0ULL},      {1 - offset, offset},   {end_of(file), 0}};
  for (const auto& [bad_size, bad_offset] : claims) {
    Bytes bad = file;
    put(bad, end_of(file) + 40, le(bad_size) + le(bad_offset));
    put(bad, end_of(file) + 88,
        le(static_cast<std::uint32_t>(bad_size)) + le(static_cast<std::uint32_t>(bad_offset)));
    EXPECT_NE(complaint(resealed(bad)), "");
  }
}

TEST(ZipHostile, RefusesZip64Fields) {
  const Bytes file = zip_of(plain());
  const std::size_t entry = directory_of(file);
  Bytes bad = file;
  put(bad, entry + 30, le(std::uint16_t{20}));  // claims an extra field
  EXPECT_NE(complaint(resealed(bad)), "");
  bad = file;
  put(bad, entry + 20, le(UINT32_MAX) + le(UINT32_MAX));
  put(bad, entry + 42, le(UINT32_MAX));
  EXPECT_NE(complaint(resealed(bad)), "");
  bad = file;
  put(bad, end_of(file) + 64, le(std::uint64_t{0}));  // the locator points elsewhere
  EXPECT_NE(complaint(resealed(bad)), "");
  bad = file;
  put(bad, end_of(file) + 4, le(~std::uint64_t{0}));  // the end record's own size
  EXPECT_NE(complaint(resealed(bad)), "");
}

TEST(ZipHostile, RefusesCompressionAndEncryption) {
  const Bytes file = zip_of(plain());
  for (const auto& [field, value] : std::vector<std::pair<std::size_t, std::uint16_t>>{
           {10, 8}, {10, 12}, {8, 0x0809}, {8, 0x0800}, {8, 0}}) {
    Bytes bad = file;
    put(bad, directory_of(file) + field, le(value));
    EXPECT_NE(complaint(resealed(bad)), "");
    put(bad, field - 2, le(value));  // both headers agree
    EXPECT_NE(complaint(resealed(bad)), "");
  }
}

TEST(ZipHostile, RefusesNamesThatAreNotPlain) {
  using std::literals::operator""sv;
  for (const auto name : {"../evil"sv, "/etc/passwd"sv, "a\\b"sv, "a/../b"sv, "a/./b"sv, "a//b"sv,
                          "a/"sv, ""sv, "a\0b"sv, "a\n"sv, "\xff"sv, ".."sv, "\xc0\xaf"sv}) {
    EXPECT_FALSE(is_plain_name(name)) << name;
    NamedRecords records = plain();
    records.push_back({std::string(name), {}});
    EXPECT_NE(complaint(zip_of(records)).find("is not a plain file name"), std::string::npos)
        << name;
  }
  for (const auto name : {"a"sv, "a/b.c"sv, "..a/.b"sv, "Gr\xc3\xbc\xc3\x9f"sv}) {
    EXPECT_TRUE(is_plain_name(name)) << name;
  }
}

TEST(ZipHostile, RefusesRecordsThatNoPtFileHas) {
  const std::vector<std::pair<std::string, Bytes>> wrong = {
      {"a/code/x.py", {}},
      {"b/version", bytes_of("3\n")},
      {"version", bytes_of("3\n")},
      {"a/data/x", {}},
      {"a/data", {}},
      {"a/data/0", {}},
      {"a/byteorder", bytes_of("big")},
      {"a/constants.pkl", {}},
      {"a/.data/serialization_id", bytes_of("1")},
      {"a/.data/serialization_id", Bytes(40, 'x')}};
  for (const auto& record : wrong) {
    NamedRecords records = plain();
    records.push_back(record);
    EXPECT_NE(complaint(zip_of(records)), "") << record.first;
  }
  EXPECT_NE(complaint(zip_of({})), "");
  EXPECT_NE(complaint(zip_of({plain()[0]})), "");
  EXPECT_NE(complaint(zip_of({plain()[1]})), "");
  EXPECT_NE(complaint(zip_of({plain()[0], {"a/version", bytes_of("4\n")}})), "");
}

TEST(ZipHostile, RefusesDuplicatesAndBytesAround) {
  const Bytes file = zip_of(plain());
  EXPECT_NE(complaint(zip_of({plain()[0], plain()[1], plain()[1]})).find("twice"),
            std::string::npos);
  for (const Bytes& whole : {file, unsealed(file)}) {
    for (const std::size_t extra : {1U, 22U, 24U, 1000U}) {
      Bytes longer = whole;
      longer.resize(whole.size() + extra);
      EXPECT_NE(complaint(longer), "");
      longer.assign(extra, 'x');
      longer.insert(longer.end(), whole.begin(), whole.end());
      EXPECT_NE(complaint(longer), "");
    }
    Bytes twice = whole;
    twice.insert(twice.end(), whole.begin(), whole.end());
    EXPECT_NE(complaint(twice), "");
  }
  Bytes commented = unsealed(file);
  commented[commented.size() - 2] = 5;
  commented.insert(commented.end(), 5, 'c');
  EXPECT_NE(complaint(commented), "");
}

}  // namespace
}  // namespace gan
