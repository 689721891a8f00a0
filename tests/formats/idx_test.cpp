#include "formats/idx.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "formats/make_gzip.hpp"
#include "message.hpp"
#include "peak_growth.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

Bytes idx_file(const std::vector<std::int64_t>& dims, std::size_t values) {
  const auto header = idx_header(dims);
  Bytes bytes(header.begin(), header.end());
  for (std::size_t i = 0; i < values; ++i) bytes.push_back(static_cast<std::uint8_t>(i * 37));
  return bytes;
}

std::string idx_failure(ByteView bytes) {
  return message_of([&] { parse_idx(bytes, "x"); });
}

// A header with any type, count and big-endian sizes.
Bytes raw_header(std::uint8_t type, std::uint8_t count, const std::vector<std::uint32_t>& sizes) {
  Bytes bytes{0, 0, type, count};
  for (const auto size : sizes) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes.push_back(static_cast<std::uint8_t>(size >> shift));
    }
  }
  return bytes;
}

class IdxFile : public testing::Test {
 protected:
  // The decompressed values, read from the file on disk.
  Bytes decompressed() const {
    const RandomAccessFile file(path_);
    const auto header = read_idx_header(file);
    Bytes values;
    if (!header.gzipped) return values;
    decompress_idx(file, header, [&](ByteView piece) {
      values.insert(values.end(), piece.begin(), piece.end());
    });
    return values;
  }
  std::string failure_of(ByteView bytes, std::uint64_t limit = UINT64_MAX) {
    write_file(path_, bytes);
    const auto message = message_of([&] { read_idx(path_, limit); });
    if (limit == UINT64_MAX) {
      EXPECT_EQ(message_of([&] { decompressed(); }), message);
    }
    const auto file = path_.string();
    return message.starts_with(file) ? "x" + message.substr(file.size()) : message;
  }
  TempFolder folder_;
  fs::path path_ = folder_ / "x";
};

TEST(Idx, HeaderIsThatOfMnist) {
  EXPECT_EQ(idx_header({60000, 28, 28}),
            std::string("\0\0\x08\x03\0\0\xea\x60\0\0\0\x1c\0\0\0\x1c", 16));
}

TEST(Idx, HeaderRefusesWhatTheFormatCannotHold) {
  const auto failure_of = [](std::vector<std::int64_t> dims) {
    return message_of([&] { idx_header(dims); });
  };
  EXPECT_EQ(failure_of({}), "an IDX file has 1 to 4 dimensions, not 0");
  EXPECT_EQ(failure_of({1, 1, 1, 1, 1}), "an IDX file has 1 to 4 dimensions, not 5");
  EXPECT_EQ(failure_of({2, 0}),
            "an IDX file cannot have the sizes 2x0: each must be from 1 to 4294967295");
  EXPECT_EQ(failure_of({std::int64_t{1} << 32}),
            "an IDX file cannot have the sizes 4294967296: each must be from 1 to 4294967295");
  EXPECT_EQ(failure_of({0xffffffff}), "");
}

TEST(Idx, GivesBackWhatWasWritten) {
  for (const auto& dims : std::vector<std::vector<std::int64_t>>{
           {5}, {3, 4}, {2, 3, 5}, {2, 3, 4, 3}, {1, 1, 1, 1}, {70000}}) {
    std::size_t values = 1;
    for (const auto dim : dims) values *= static_cast<std::size_t>(dim);
    const auto bytes = idx_file(dims, values);
    const auto array = parse_idx(bytes, "x");
    EXPECT_EQ(array.dims, dims);
    EXPECT_EQ(array.values, Bytes(bytes.end() - static_cast<std::ptrdiff_t>(values), bytes.end()));
  }
}

TEST(Idx, RefusesAnotherMagic) {
  auto bytes = idx_file({4}, 4);
  bytes[0] = 0x89;
  bytes[1] = 0x50;
  EXPECT_EQ(idx_failure(bytes), "x: begins with 0x89 0x50 0x08 0x01; it is not an IDX file");
  bytes[0] = 0;
  EXPECT_EQ(idx_failure(bytes), "x: begins with 0x00 0x50 0x08 0x01; it is not an IDX file");
  const std::string_view page = "<!DOCTYPE html>";
  EXPECT_EQ(idx_failure({reinterpret_cast<const std::uint8_t*>(page.data()), page.size()}),
            "x: is a web page (HTML), not an IDX file");
}

TEST(IdxLabels, MayBeInt32AndTheFirstColumnOfATable) {
  const TempFolder folder;
  const auto read = [&](const Bytes& bytes) {
    write_file(folder / "labels", bytes);
    return read_idx_labels(folder / "labels", 1000);
  };
  const auto with = [](Bytes header, std::initializer_list<int> values) {
    for (const int value : values) header.push_back(static_cast<std::uint8_t>(value));
    return header;
  };
  using Labels = std::vector<std::int64_t>;
  constexpr std::uint8_t kInt32 = 0x0C;
  EXPECT_EQ(read(idx_file({3}, 3)), (Labels{0, 37, 74}));
  EXPECT_EQ(read(with(raw_header(kInt32, 1, {2}), {0, 0, 1, 4, 255, 255, 255, 255})),
            (Labels{260, -1}));
  // Rows as in QMNIST, with two numbers each.
  EXPECT_EQ(
      read(with(raw_header(kInt32, 2, {2, 2}), {0, 0, 0, 7, 9, 9, 9, 9, 0, 0, 0, 3, 9, 9, 9, 9})),
      (Labels{7, 3}));
  EXPECT_EQ(
      message_of([&] { read(idx_file({2, 4}, 8)); }),
      (folder / "labels").string() +
          ": holds 2x4 values; labels are one per image, or rows of int32 that begin with it");
  EXPECT_NE(  // images must be bytes
      idx_failure(raw_header(kInt32, 1, {2})).find("int32"), std::string::npos);
}

TEST(Idx, NamesAnotherType) {
  const auto needs = " where 0x08 (unsigned byte) is needed";
  const auto failure_of = [](std::uint8_t type) { return idx_failure(raw_header(type, 1, {1})); };
  EXPECT_EQ(failure_of(0x09), str("x: offset 2: found type 0x09 (signed byte)", needs));
  EXPECT_EQ(failure_of(0x0B), str("x: offset 2: found type 0x0B (int16)", needs));
  EXPECT_EQ(failure_of(0x0C), str("x: offset 2: found type 0x0C (int32)", needs));
  EXPECT_EQ(failure_of(0x0D), str("x: offset 2: found type 0x0D (float32)", needs));
  EXPECT_EQ(failure_of(0x0E), str("x: offset 2: found type 0x0E (float64)", needs));
  EXPECT_EQ(failure_of(0x42), str("x: offset 2: found type 0x42 (unknown)", needs));
}

TEST(Idx, RefusesOtherCountsOfDimensions) {
  EXPECT_EQ(idx_failure(raw_header(8, 0, {})),
            "x: offset 3: found 0 dimensions where 1 to 4 are expected");
  EXPECT_EQ(idx_failure(raw_header(8, 5, {1, 1, 1, 1, 1})),
            "x: offset 3: found 5 dimensions where 1 to 4 are expected");
  EXPECT_EQ(idx_failure(raw_header(8, 255, {})),
            "x: offset 3: found 255 dimensions where 1 to 4 are expected");
}

TEST(Idx, RefusesASizeOfZero) {
  EXPECT_EQ(idx_failure(raw_header(8, 3, {2, 0, 3})),
            "x: offset 8: found a size of 0; sizes are at least 1");
}

TEST(Idx, RefusesSizesWhoseProductOverflows) {
  const std::uint32_t max = 0xffffffff;
  EXPECT_EQ(idx_failure(raw_header(8, 4, {max, max, max, max})),
            "x: offset 8: the sizes 4294967295x4294967295 are more than any file can hold");
  // Their product is 2^64, which wraps to 0.
  EXPECT_EQ(idx_failure(raw_header(8, 4, {65536, 65536, 65536, 65536})),
            "x: offset 16: the sizes 65536x65536x65536x65536 are more than any file can hold");
  // 2^64 - 1 values, so that the file size would wrap.
  EXPECT_EQ(idx_failure(raw_header(8, 3, {max, 641, 6700417})),
            "x: offset 12: the sizes 4294967295x641x6700417 are more than any file can hold");
}

TEST(Idx, RefusesEveryTruncation) {
  const auto bytes = idx_file({2, 3, 4}, 24);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto expected =
        size < 4    ? str("x: ends at offset ", size, ", inside the 4 bytes that begin an IDX file")
        : size < 16 ? str("x: ends at offset ", size, ", inside its header of 16 bytes")
                    : str("x: truncated at offset ", size,
                          "; expected 40 bytes (a header of 16, then 2x3x4 values)");
    EXPECT_EQ(idx_failure(ByteView(bytes).first(size)), expected);
  }
}

TEST(Idx, RefusesWhatFollowsTheValues) {
  EXPECT_EQ(idx_failure(idx_file({2, 3, 4}, 27)),
            "x: offset 40: found 3 bytes after the last value; expected 40 bytes (a header of 16, "
            "then 2x3x4 values)");
}

TEST_F(IdxFile, ReadsRawAndGzipAlike) {
  for (const std::size_t values : {6, 60000}) {
    const auto bytes = idx_file({static_cast<std::int64_t>(values)}, values);
    const auto expected = parse_idx(bytes, "x");
    for (const auto& content : {bytes, make_gzip(bytes)}) {
      write_file(path_, content);
      const auto array = read_idx(path_, values);
      EXPECT_EQ(array.dims, expected.dims);
      EXPECT_EQ(array.values, expected.values);
    }
  }
}

TEST_F(IdxFile, RefusesMoreThanTheLimit) {
  const auto bytes = idx_file({2, 3}, 6);
  EXPECT_EQ(failure_of(bytes, 5), "x: offset 4: the sizes 2x3 make 6 bytes; at most 5 are allowed");
  EXPECT_EQ(failure_of(make_gzip(bytes), 5),
            "x (unpacked): offset 4: the sizes 2x3 make 6 bytes; at most 5 are allowed");
  EXPECT_EQ(failure_of(bytes, 6), "");
  EXPECT_EQ(failure_of(make_gzip(bytes), 6), "");
}

TEST_F(IdxFile, RefusesAHugeFileUnread) {
  {
    std::ofstream(path_).put('\0');
  }
  fs::resize_file(path_, std::uintmax_t{1} << 40);  // sparse
  const auto message = message_of([&] { read_idx(path_, 1000); });
  EXPECT_NE(message.find("holds 1099511627776 bytes; at most"), std::string::npos) << message;
}

TEST_F(IdxFile, BelievesNoHeaderBeyondTheFile) {
  const auto claim = raw_header(8, 2, {1u << 31, 1u << 31});
  const auto expected = str(": truncated at offset 12; expected ", (1ull << 62) + 12,
                            " bytes (a header of 12, then 2147483648x2147483648 values)");
  EXPECT_EQ(failure_of(claim), "x" + expected);
  EXPECT_EQ(failure_of(make_gzip(claim)), "x (unpacked)" + expected);
}

TEST_F(IdxFile, StopsABombAtWhatItsHeaderClaims) {
  auto bytes = idx_file({2, 3}, 6);
  bytes.resize(32 << 20);
  EXPECT_EQ(failure_of(make_gzip(bytes)), "x: unpacks to more than the 18 bytes expected");
}

TEST_F(IdxFile, CostsWhatIsThereNotWhatIsClaimed) {
  if (!kCountsMemory) GTEST_SKIP() << "a sanitizer's own memory would be counted";
  const auto growth = [&](const Bytes& bytes, std::uint64_t limit) {
    write_file(path_, bytes);
    return peak_growth([&] { message_of([&] { read_idx(path_, limit); }); });
  };
  auto bomb = idx_file({2, 3}, 6);
  bomb.resize(64 << 20);
  EXPECT_LE(growth(make_gzip(bomb), UINT64_MAX), 2);  // its header claims six values
  EXPECT_LE(growth(make_gzip(raw_header(8, 1, {1U << 31})), UINT64_MAX), 2);
  EXPECT_LE(growth(raw_header(8, 1, {1U << 31}), UINT64_MAX), 2);
  EXPECT_GE(growth(make_gzip(idx_file({8 << 20}, 8 << 20)), 8 << 20), 8);
  // Values beyond the limit are not decompressed.
  EXPECT_LE(growth(make_gzip(idx_file({16 << 20}, 16 << 20)), 1 << 20), 2);
}

TEST_F(IdxFile, TellsWhatIsWrongInsideAndAroundGzip) {
  const auto compressed = make_gzip(idx_file({2, 3}, 5));
  EXPECT_EQ(failure_of(compressed),
            "x (unpacked): truncated at offset 17; expected 18 bytes (a header of 12, then 2x3 "
            "values)");
  EXPECT_EQ(failure_of(ByteView(compressed).first(compressed.size() - 1)),
            str("x: offset ", compressed.size() - 1, " of ", compressed.size() - 1,
                ": the gzip data are truncated"));
  EXPECT_EQ(failure_of(make_gzip({})),
            "x (unpacked): ends at offset 0, inside the 4 bytes that begin an IDX file");
  EXPECT_EQ(failure_of({}), "x: ends at offset 0, inside the 4 bytes that begin an IDX file");
  EXPECT_EQ(failure_of(make_gzip(raw_header(0x0D, 1, {1}))),
            "x (unpacked): offset 2: found type 0x0D (float32) where 0x08 (unsigned byte) is "
            "needed");
}

TEST_F(IdxFile, AHeaderSaysWhereTheValuesAreAndPackedOnesComeInPieces) {
  const auto bytes = idx_file({3, 1000, 500}, 1500000);
  for (const bool compressed : {false, true}) {
    write_file(path_, compressed ? make_gzip(bytes) : bytes);
    const auto header = read_idx_header(RandomAccessFile(path_));
    EXPECT_EQ(header.dims, (std::vector<std::int64_t>{3, 1000, 500}));
    EXPECT_EQ(header.values, 1500000);
    EXPECT_EQ(header.size, 16U);
    EXPECT_EQ(header.gzipped, compressed);
  }
  EXPECT_EQ(decompressed(), Bytes(bytes.begin() + 16, bytes.end()));
}

TEST_F(IdxFile, NamesAMissingFile) {
  const auto message = message_of([] { read_idx("no/such/file", 10); });
  EXPECT_EQ(message, "no/such/file: cannot open: No such file or directory");
}

}  // namespace
}  // namespace gan
