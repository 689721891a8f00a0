#include "formats/npz.hpp"

#include <gtest/gtest.h>

#include "formats/npy.hpp"
#include "formats/pt_helpers.hpp"
#include "gan_train/core/random.hpp"

namespace gan {
namespace {

constexpr std::uint64_t kRoom = 1 << 20;

Bytes small_npz() { return encode_npz({{"mu", bytes_of("means")}, {"sigma", Bytes(300, 7)}}); }

std::string npz_complaint(ByteView bytes, std::uint64_t limit = kRoom) {
  return message_of([&] { parse_npz(bytes, limit, "x.npz"); });
}

TEST(Npz, IsReadAsWritten) {
  const auto arrays = parse_npz(small_npz(), kRoom, "x.npz");
  ASSERT_EQ(arrays.size(), 2);
  EXPECT_EQ(arrays[0].first, "mu");
  EXPECT_EQ(arrays[0].second, bytes_of("means"));
  EXPECT_EQ(arrays[1].first, "sigma");
  EXPECT_EQ(arrays[1].second, Bytes(300, 7));
}

TEST(Npz, NoTruncationOrChangedDataIsRead) {
  const Bytes file = small_npz();
  for (std::size_t length = 0; length < file.size(); ++length) {
    const Bytes alone(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_NE(npz_complaint(alone), "") << length;
  }
  SplitMix64 rng(1);
  for (int i = 0; i < 20000; ++i) {
    Bytes changed = file;
    for (int j = 0; j < 3; ++j) {
      changed[rng.below(file.size())] = static_cast<std::uint8_t>(rng.next());
    }
    npz_complaint(changed);  // only the data have a checksum, so this must merely not crash
  }
}

TEST(Npz, TakesNoMoreThanItsLimit) {
  EXPECT_NE(npz_complaint(small_npz(), 100).find("'sigma.npy' is larger"), std::string::npos);
  EXPECT_EQ(npz_complaint(bytes_of("no archive at all, but long enough")),
            "x.npz: is not a .npz file");
}

}  // namespace
}  // namespace gan
