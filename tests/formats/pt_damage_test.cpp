// No damaged file is accepted: cut at any byte, or with any bit flipped.
#include <gtest/gtest.h>

#include "formats/pt_helpers.hpp"
#include "gan_train/core/random.hpp"

namespace gan {
namespace {

Bytes small_file() {
  static const Bytes data = {1, 2, 3, 4, 5, 6, 7, 8};
  return encode_pt({{"format", {std::int64_t{1}}},
                    {"weight", {PtTensor{PtType::kFloat32, {2, 1}, data}}},
                    {"none", {PtTensor{PtType::kInt64, {0}, {}}}},
                    {"config", {PtDict{{"lr", {2e-4}}, {"name", {std::string("mlp")}}}}}});
}

void expect_no_cut_accepted(const Bytes& file) {
  ASSERT_EQ(complaint(file), "");
  for (std::size_t length = 0; length < file.size(); ++length) {
    EXPECT_NE(complaint(ByteView(file).first(length)), "") << length;
    const Bytes alone(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_NE(complaint(alone), "") << length;  // alone, so that ASan sees reads past it
  }
}

TEST(PtDamage, RefusesEveryTruncation) {
  expect_no_cut_accepted(small_file());
  expect_no_cut_accepted(unsealed(small_file()));
}

TEST(PtDamage, RefusesEveryFlippedBit) {
  const Bytes file = small_file();
  for (const Bytes& whole : {file, unsealed(file)}) {
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
      Bytes flipped = whole;
      flipped[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
      EXPECT_NE(complaint(flipped), "") << "bit " << bit % 8 << " of byte " << bit / 8;
    }
  }
}

// Even under a matching seal, no byte of a header may differ.
TEST(PtDamage, RefusesEveryFlippedBitUnderANewSeal) {
  const Bytes file = small_file();
  for (std::size_t bit = 0; bit < 8 * (file.size() - kZipSealSize); ++bit) {
    Bytes flipped = file;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_NE(complaint(resealed(flipped)), "") << "bit " << bit % 8 << " of byte " << bit / 8;
  }
}

TEST(PtDamage, RefusesTenThousandFlippedPayloadBits) {
  Bytes data(256 << 10);
  SplitMix64 rng(1);
  for (auto& byte : data) byte = static_cast<std::uint8_t>(rng.next());
  const auto size = static_cast<std::int64_t>(data.size() / 4);
  Bytes file = encode_pt({{"weight", {PtTensor{PtType::kFloat32, {size}, data}}}});
  const PtDict read = parse_pt(file, "x.pt");
  const auto& payload = std::get<PtTensor>(read.at(0).second.value).bytes;
  const auto begin = static_cast<std::size_t>(payload.data() - file.data());
  int refused = 0;
  for (int i = 0; i < 10000; ++i) {
    const auto bit = rng.below(8 * data.size());
    auto& byte = file[begin + bit / 8];
    byte ^= static_cast<std::uint8_t>(1 << bit % 8);
    refused += complaint(file).empty() ? 0 : 1;
    byte ^= static_cast<std::uint8_t>(1 << bit % 8);
  }
  EXPECT_EQ(refused, 10000);
  EXPECT_EQ(complaint(file), "");
}

}  // namespace
}  // namespace gan
