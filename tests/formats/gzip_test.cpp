#include "formats/gzip.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "formats/make_gzip.hpp"
#include "gan_train/core/random.hpp"
#include "message.hpp"
#include "peak_growth.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

Bytes noise(std::size_t size) {
  Bytes bytes(size);
  SplitMix64 rng(7);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(rng.next());
  return bytes;
}

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

// The output of a GzipReader for a file of these bytes, in reads of `step` bytes.
Bytes read_all(ByteView bytes, std::size_t step) {
  const TempFolder folder;
  write_file(folder / "x.gz", bytes, /*durable=*/false);
  const RandomAccessFile file(folder / "x.gz");
  GzipReader reader(file);
  Bytes all;
  for (Bytes piece(step); piece.size() == step;) {
    piece.resize(reader.read(piece));
    all.insert(all.end(), piece.begin(), piece.end());
  }
  return all;
}

// The error of gunzip; a GzipReader must fail in the same way, except for limits.
std::string failure(ByteView bytes, std::uint64_t limit = UINT64_MAX) {
  const auto message = message_of([&] { gunzip(bytes, limit, "x.gz"); });
  if (limit == UINT64_MAX) {
    const auto other = message_of([&] { read_all(bytes, 1000); });
    EXPECT_EQ(message, other.substr(std::min(other.size(), other.find("x.gz"))));
  }
  return message;
}

TEST(Gzip, IsToldByItsFirstTwoBytes) {
  EXPECT_TRUE(is_gzip(Bytes{0x1f, 0x8b}));
  EXPECT_FALSE(is_gzip(Bytes{0x1f}));
  EXPECT_FALSE(is_gzip(Bytes{0x8b, 0x1f}));
  EXPECT_FALSE(is_gzip(Bytes{}));
}

TEST(Gzip, GivesBackWhatWasPacked) {
  for (const std::size_t size : {0, 1, 4095, 4096, 4097, 8192, 1 << 20}) {
    const auto data = noise(size);
    EXPECT_EQ(gunzip(make_gzip(data), UINT64_MAX, "x"), data) << size;
    EXPECT_EQ(gunzip(make_gzip(data), size, "x"), data) << size;
    const Bytes zeros(size);
    EXPECT_EQ(gunzip(make_gzip(zeros), size, "x"), zeros) << size;
  }
}

TEST(Gzip, JoinsItsMembers) {
  const auto first = noise(70000);
  const Bytes second{1, 2, 3};
  EXPECT_EQ(gunzip(make_gzip(first) + make_gzip({}) + make_gzip(second), 70003, "x"),
            first + second);
}

TEST(Gzip, AReaderGivesTheSameInPiecesOfAnySize) {
  const auto data = noise((5 << 19) + 3);  // two and a half read pieces
  const Bytes last{1, 2, 3};
  const auto compressed = make_gzip(data) + make_gzip({}) + make_gzip(last);
  for (const std::size_t step : {999, 1 << 20, 1 << 22}) {
    EXPECT_EQ(read_all(compressed, step), data + last) << step;
  }
}

// A gzip member of exactly that size, padded by a file name in its header.
Bytes member_of_size(std::size_t size, const Bytes& data) {
  constexpr std::size_t kFlags = 3, kHeader = 10;
  constexpr std::uint8_t kHasName = 8;
  Bytes member = make_gzip(data);
  member[kFlags] |= kHasName;
  Bytes name(size - member.size(), 'x');
  name.back() = 0;
  member.insert(member.begin() + kHeader, name.begin(), name.end());
  return member;
}

TEST(Gzip, AReaderFindsMembersWherePiecesOfAFileMeet) {
  constexpr std::size_t kPiece = 1 << 20;
  const Bytes data{1, 2, 3}, second{4, 5};
  // The second member starts before, across and at the end of the first piece.
  for (const std::size_t end : {kPiece - 2, kPiece - 1, kPiece}) {
    const auto first = member_of_size(end, data);
    ASSERT_EQ(first.size(), end);
    EXPECT_EQ(read_all(first + make_gzip(second), 1 << 16), data + second) << end;
    EXPECT_NE(failure(first + Bytes{0x1f}).find("1 bytes follow"), std::string::npos);
    EXPECT_NE(failure(first + Bytes{3, 4}).find("2 bytes follow"), std::string::npos);
  }
}

TEST(Gzip, HeadIsAllThatWasAskedForOrIsThere) {
  const Bytes data{1, 2, 3, 4, 5};
  EXPECT_EQ(gunzip_head(make_gzip(data), 3, "x"), (Bytes{1, 2, 3}));
  EXPECT_EQ(gunzip_head(make_gzip(data), 100, "x"), data);
  EXPECT_EQ(gunzip_head(make_gzip(Bytes{1}) + make_gzip(data), 3, "x"), (Bytes{1, 1, 2}));
}

TEST(Gzip, RefusesAnotherFile) {
  EXPECT_EQ(failure(Bytes{}), "x.gz: offset 0: not a gzip file, which begins with 1F 8B");
  EXPECT_EQ(failure(Bytes(20)), "x.gz: offset 0: not a gzip file, which begins with 1F 8B");
}

TEST(Gzip, RefusesEveryTruncation) {
  const auto compressed = make_gzip(noise(200));
  for (std::size_t size = 2; size < compressed.size(); ++size) {
    EXPECT_EQ(failure(ByteView(compressed).first(size)),
              str("x.gz: offset ", size, " of ", size, ": the gzip data are truncated"));
  }
}

TEST(Gzip, RefusesAWrongChecksumOrLength) {
  const auto compressed = make_gzip(noise(200));
  for (std::size_t back = 1; back <= 8; ++back) {
    auto damaged = compressed;
    damaged[damaged.size() - back] ^= 1;
    EXPECT_NE(failure(damaged).find(back > 4 ? "the gzip data do not match their CRC-32"
                                             : "damaged gzip data: incorrect length check"),
              std::string::npos)
        << failure(damaged);
  }
}

TEST(Gzip, RefusesDamagedData) {
  auto compressed = make_gzip(noise(200));
  compressed[10] = 0x07;  // an invalid type of deflate block
  EXPECT_NE(failure(compressed).find("damaged gzip data: invalid block type"), std::string::npos)
      << failure(compressed);
}

TEST(Gzip, RefusesWhatFollowsIt) {
  const auto compressed = make_gzip(noise(10));
  for (const auto& rest : {Bytes{0}, Bytes{0x1f}, Bytes(512), Bytes{'a', 'b'}}) {
    EXPECT_EQ(failure(compressed + rest),
              str("x.gz: offset ", compressed.size(), " of ", compressed.size() + rest.size(), ": ",
                  rest.size(), " bytes follow that are not gzip data"));
  }
}

TEST(Gzip, StopsABombAtItsLimit) {
  const auto bomb = make_gzip(Bytes(64 << 20));
  EXPECT_LT(bomb.size(), 70000u);
  EXPECT_EQ(failure(bomb, 1000), "x.gz: unpacks to more than the 1000 bytes expected");
  EXPECT_EQ(failure(make_gzip(Bytes(11)), 10), "x.gz: unpacks to more than the 10 bytes expected");
  EXPECT_EQ(failure(make_gzip(Bytes(1)), 0), "x.gz: unpacks to more than the 0 bytes expected");
  // The damage at its end is never reached.
  EXPECT_EQ(failure(ByteView(bomb).first(bomb.size() / 2), 1000), failure(bomb, 1000));
}

TEST(Gzip, ABombCostsNoMoreThanItsLimit) {
  if (!kCountsMemory) GTEST_SKIP() << "a sanitizer's own memory would be counted";
  const auto bomb = make_gzip(Bytes(128 << 20));
  const auto growth = [&](std::uint64_t limit) {
    return peak_growth([&] { failure(bomb, limit); });
  };
  EXPECT_LE(growth(1000), 2);
  // Outgrown buffers are freed, but the process may keep their memory.
  EXPECT_LE(growth(8 << 20), 4 * 8);
  EXPECT_GE(growth(8 << 20), 8);
  EXPECT_LE(peak_growth([&] { gunzip_head(bomb, 20, "x.gz"); }), 2);
  // Many members don't evade the limit.
  Bytes chain;
  const auto member = make_gzip(Bytes(1 << 20));
  for (int i = 0; i < 100; ++i) chain.insert(chain.end(), member.begin(), member.end());
  EXPECT_EQ(failure(chain, 5 << 20), "x.gz: unpacks to more than the 5242880 bytes expected");
  EXPECT_LE(peak_growth([&] { failure(chain, 5 << 20); }), 4 * 5);
}

}  // namespace
}  // namespace gan
