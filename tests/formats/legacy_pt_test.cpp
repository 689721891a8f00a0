// Files of PyTorch before 1.6: five pickles, then raw storages.
#include <gtest/gtest.h>

#include "formats/pickle_helpers.hpp"
#include "gan_train/core/random.hpp"
#include "peak_growth.hpp"

namespace gan {
namespace {

std::string pickle(std::string_view body) { return "\x80\x02" + std::string(body) + "."; }

/// A file of one tensor of 2 x 3 floats; each part can be replaced by an invalid one.
struct LegacyFile {
  std::string magic = "\x80\x02\x8a\nl\xfc\x9c\x46\xf9\x20j\xa8P\x19.";
  std::string protocol = "\x80\x02M\xe9\x03.";
  std::string system = pickle("}" + text("little_endian") + "\x88s");
  std::string type = "ctorch\nFloatStorage\n";
  std::string count = number(6);
  std::string view = "N";
  std::string keys = "]" + text("77") + "a";
  std::uint64_t stored = 6;
  Bytes elements = Bytes(24, 1);
  std::string more = {};

  std::string content() const {
    return pickle("}" + text("t") + "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") +
                  type + text("77") + text("cpu") + count + view + "tQ" + number(0) +
                  tuple({2, 3}) + tuple({3, 1}) + "\x89" + "ccollections\nOrderedDict\n)RtRs");
  }
  Bytes file() const {
    std::string head = magic + protocol + system + content() + pickle(keys);
    put_le(head, stored);
    Bytes bytes = bytes_of(head);
    bytes.insert(bytes.end(), elements.begin(), elements.end());
    bytes.insert(bytes.end(), more.begin(), more.end());
    return bytes;
  }
  std::string complaint() const { return gan::complaint(file()); }
};

TEST(LegacyPt, ReadsATensor) {
  const Bytes file = LegacyFile().file();
  const PtDict read = parse_pt(file, "x.pth");
  ASSERT_EQ(read.size(), 1);
  EXPECT_EQ(read[0].first, "t");
  const auto& tensor = std::get<PtTensor>(read[0].second.value);
  EXPECT_EQ(tensor.type, PtType::kFloat32);
  EXPECT_EQ(tensor.shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(tensor.bytes.data(), file.data() + file.size() - 24);
  EXPECT_EQ(tensor.bytes.size(), 24);
}

TEST(LegacyPt, NamesWhatIsWrong) {
  const auto expect = [](const LegacyFile& file, std::string_view words) {
    EXPECT_NE(file.complaint().find(words), std::string::npos) << file.complaint();
  };
  expect({.protocol = "\x80\x02M\xe8\x03."}, "byte 15: expected format 1001 of torch.save");
  expect({.system = pickle("}" + text("little_endian") + "\x89s")}, "big-endian");
  expect({.system = pickle("}")}, "does not say 'little_endian'");
  expect({.system = pickle("K\1")}, "does not say 'little_endian'");
  expect({.type = "ctorch\nQInt8Storage\n"}, "is of type 'QInt8Storage', which is not read");
  expect({.count = number(5)}, "has 5 elements of 4 bytes, its record holds 24 bytes");
  expect({.view = text("1") + number(0) + number(3) + "\x87"}, "a part of another one");
  expect({.keys = "]"}, "lists 0 storages, but its tensors have 1");
  expect({.keys = "K\1"}, "its fifth pickle is not a list of storages");
  expect({.keys = "]" + text("78") + "a"}, "belongs to no tensor");
  expect({.keys = "]" + text("77") + "a" + text("77") + "a"}, "lists 2 storages");
  expect({.stored = 7}, "has 7 elements, but the file ends before");
  expect({.stored = UINT64_MAX}, "but the file ends before");
  expect({.stored = 5}, "found 4 bytes after the end");
  expect({.more = "x"}, "found 1 bytes after the end");
}

// Storages of unsupported types don't prevent reading the others.
TEST(LegacyPt, PassesOverStoragesOfOtherTypes) {
  const Bytes file = LegacyFile{.type = "ctorch\nIntStorage\n"}.file();
  const PtDict read = parse_pt(file, "x.pth");
  EXPECT_TRUE(std::holds_alternative<PtOther>(read.at(0).second.value));
}

TEST(LegacyPt, RefusesEveryTruncation) {
  const Bytes file = LegacyFile().file();
  for (std::size_t length = 0; length < file.size(); ++length) {
    const Bytes alone(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_NE(complaint(alone), "") << length;
  }
}

// The format has no checksum: a change may go unnoticed, but must never read past the end.
TEST(LegacyPt, SurvivesEveryFlippedBitAndRandomBytes) {
  const Bytes file = LegacyFile().file();
  for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
    Bytes flipped = file;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    complaint(flipped);
  }
  SplitMix64 rng(1);
  for (int i = 0; i < 20000; ++i) {
    Bytes changed = file;
    for (int j = 0; j < 4; ++j) {
      changed[rng.below(file.size())] = static_cast<std::uint8_t>(rng.next());
    }
    complaint(changed);
  }
}

TEST(LegacyPt, TakesNoMoreMemoryThanTheFile) {
  if (!kCountsMemory) GTEST_SKIP() << "a sanitizer's memory is counted too";
  const auto growth = peak_growth([] {
    complaint(LegacyFile{.count = number(INT64_MAX / 4), .stored = UINT64_MAX / 4}.file());
  });
  EXPECT_LT(growth, 8);
}

}  // namespace
}  // namespace gan
