#include "gan_train/core/random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <map>
#include <set>

namespace gan {
namespace {

TEST(SplitMix64, GivesThePublishedNumbers) {
  // The first outputs for seed 1234567 of the generator's reference code.
  SplitMix64 rng(1234567);
  for (const std::uint64_t expected :
       {6457827717110365317ULL, 3203168211198807973ULL, 9817491932198370423ULL,
        4593380528125082431ULL, 16408922859458223821ULL}) {
    EXPECT_EQ(rng.next(), expected);
  }
}

TEST(SplitMix64, BelowStaysBelow) {
  SplitMix64 rng(1);
  for (const std::uint64_t bound : {1ULL, 2ULL, 3ULL, 1000ULL, (1ULL << 63) + 1, ~0ULL}) {
    for (int i = 0; i < 1000; ++i) ASSERT_LT(rng.below(bound), bound);
  }
}

// At this bound, plain `next() % bound` would return values in the lowest third twice as often, and
// multiplying without rejection every third number.
TEST(SplitMix64, BelowIsWithoutBias) {
  constexpr std::uint64_t kBound = 3ULL << 62;
  SplitMix64 rng(2);
  std::array<int, 3> thirds{};
  std::array<int, 3> remainders{};
  for (int i = 0; i < 30000; ++i) {
    const auto number = rng.below(kBound);
    ++thirds[number >> 62];
    ++remainders[number % 3];
  }
  // Five standard deviations of a count of 10000 in 30000.
  for (const int count : thirds) EXPECT_NEAR(count, 10000, 410);
  for (const int count : remainders) EXPECT_NEAR(count, 10000, 410);
}

TEST(SplitMix64, UniformAndNormalHaveTheirMoments) {
  SplitMix64 rng(3);
  constexpr int kDraws = 200000;
  double mean = 0, square = 0, fourth = 0, uniform = 0, uniform_square = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double u = rng.uniform();
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    uniform += u / kDraws;
    uniform_square += u * u / kDraws;
    const double x = rng.normal();
    ASSERT_TRUE(std::isfinite(x));
    mean += x / kDraws;
    square += x * x / kDraws;
    fourth += x * x * x * x / kDraws;
  }
  // About five standard errors each.
  EXPECT_NEAR(uniform, 0.5, 0.0033);
  EXPECT_NEAR(uniform_square, 1.0 / 3, 0.0034);
  EXPECT_NEAR(mean, 0.0, 0.0112);
  EXPECT_NEAR(square, 1.0, 0.016);
  EXPECT_NEAR(fourth, 3.0, 0.11);
}

TEST(RandomPermutation, HoldsEachIndexOnce) {
  auto order = random_permutation(1000, SplitMix64(4));
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::vector<std::uint32_t> narrow(1000);
  fill_permutation(std::span(narrow), SplitMix64(4));
  EXPECT_TRUE(std::equal(narrow.begin(), narrow.end(), order.begin()));
  std::sort(order.begin(), order.end());
  for (std::int64_t i = 0; i < 1000; ++i) ASSERT_EQ(order[static_cast<std::size_t>(i)], i);
  EXPECT_TRUE(random_permutation(0, SplitMix64(4)).empty());
  EXPECT_EQ(random_permutation(1, SplitMix64(4)), std::vector<std::int64_t>{0});
}

TEST(RandomPermutation, GivesEachOrderAsOften) {
  std::map<std::vector<std::int64_t>, int> counts;
  constexpr int kDraws = 24000;
  for (int i = 0; i < kDraws; ++i) {
    ++counts[random_permutation(4, SplitMix64(stream_seed(5, Stream::kOrder, i)))];
  }
  ASSERT_EQ(counts.size(), 24U);
  double chi_square = 0;
  for (const auto& [order, count] : counts)
    chi_square += (count - 1000.0) * (count - 1000.0) / 1000;
  // 23 degrees of freedom: above 49.7 with probability 1e-3; the seed is fixed.
  EXPECT_LT(chi_square, 49.7);
}

TEST(StreamSeed, DiffersBySeedStreamAndIndex) {
  std::set<std::uint64_t> seeds;
  std::size_t count = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (std::uint64_t stream = 1; stream <= 9; ++stream) {
      for (std::uint64_t index = 0; index < 20; ++index, ++count) {
        seeds.insert(stream_seed(seed, static_cast<Stream>(stream), index));
      }
    }
  }
  EXPECT_EQ(seeds.size(), count);
}

TEST(StreamSeed, NeighboursShareNothing) {
  // On average half of the bits change, whichever word is incremented.
  const auto base = [](std::uint64_t i) { return stream_seed(i, Stream::kOrder, i); };
  int by_seed = 0, by_stream = 0, by_index = 0;
  constexpr int kPlaces = 1000;
  for (std::uint64_t i = 0; i < kPlaces; ++i) {
    by_seed += __builtin_popcountll(base(i) ^ stream_seed(i + 1, Stream::kOrder, i));
    by_stream += __builtin_popcountll(base(i) ^ stream_seed(i, Stream::kLatentD, i));
    by_index += __builtin_popcountll(base(i) ^ stream_seed(i, Stream::kOrder, i + 1));
  }
  for (const int flips : {by_seed, by_stream, by_index}) EXPECT_NEAR(flips, 32 * kPlaces, 700);
}

}  // namespace
}  // namespace gan
