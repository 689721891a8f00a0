#include "data/sampler.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

#include "gan_train/core/error.hpp"
#include "gan_train/core/random.hpp"
#include "message.hpp"

namespace gan {
namespace {

std::vector<std::int64_t> pass_of(BatchSampler& sampler, std::int64_t pass) {
  std::vector<std::int64_t> all;
  for (std::int64_t i = 0; i < sampler.batches_per_pass(); ++i) {
    const auto batch = sampler.batch(pass * sampler.batches_per_pass() + i);
    all.insert(all.end(), batch.begin(), batch.end());
  }
  return all;
}

TEST(BatchSampler, APassShowsEachItemOnceInAnOrderOfItsOwn) {
  BatchSampler sampler(103, 10, DataConfig(), 7);
  EXPECT_EQ(sampler.batches_per_pass(), 11);
  EXPECT_EQ(sampler.batch(10).size(), 3U);  // the partial batch is kept
  const auto first = pass_of(sampler, 0);
  const auto second = pass_of(sampler, 1);
  EXPECT_EQ(std::set(first.begin(), first.end()).size(), 103U);
  EXPECT_EQ(std::set(second.begin(), second.end()).size(), 103U);
  EXPECT_NE(first, second);
}

// Runs of older versions rely on this order when they resume.
TEST(BatchSampler, APassIsAPermutationThatItsSeedAndNumberTell) {
  BatchSampler sampler(103, 10, DataConfig(), 7);
  for (const std::uint64_t pass : {0, 1, 5}) {
    EXPECT_EQ(pass_of(sampler, static_cast<std::int64_t>(pass)),
              random_permutation(103, SplitMix64(stream_seed(7, Stream::kOrder, pass))));
  }
}

TEST(BatchSampler, TellsWhereAPassStarts) {
  DataConfig config;
  const BatchSampler sampler(103, 10, config, 7);
  for (std::int64_t i = 0; i < 33; ++i) EXPECT_EQ(sampler.starts_pass(i), i % 11 == 0) << i;
  config.sampling = Sampling::kReplacement;
  EXPECT_FALSE(BatchSampler(103, 10, config, 7).starts_pass(0));
}

TEST(BatchSampler, MoreItemsThanAnOrderHoldsAreRefused) {
  EXPECT_NO_THROW(BatchSampler(std::int64_t{1} << 32, 10, DataConfig(), 7));
  EXPECT_THROW(BatchSampler((std::int64_t{1} << 32) + 1, 10, DataConfig(), 7), Error);
}

TEST(BatchSampler, DropLastLeavesThePartialBatchOut) {
  DataConfig config;
  config.drop_last = true;
  BatchSampler sampler(103, 10, config, 7);
  EXPECT_EQ(sampler.batches_per_pass(), 10);
  EXPECT_EQ(pass_of(sampler, 0).size(), 100U);
}

TEST(BatchSampler, ABatchDependsOnSeedAndNumberAlone) {
  for (const Sampling sampling : {Sampling::kEpoch, Sampling::kReplacement}) {
    DataConfig config;
    config.sampling = sampling;
    BatchSampler walked(50, 8, config, 3);
    for (std::int64_t i = 0; i < 20; ++i) walked.batch(i);
    BatchSampler jumped(50, 8, config, 3);
    EXPECT_EQ(walked.batch(20), jumped.batch(20)) << sampling;
    EXPECT_EQ(walked.batch(2), jumped.batch(2)) << sampling;
    BatchSampler other(50, 8, config, 4);
    EXPECT_NE(walked.batch(2), other.batch(2)) << sampling;
  }
}

TEST(BatchSampler, DrawsWithReplacementCoverTheDataEvenly) {
  DataConfig config;
  config.sampling = Sampling::kReplacement;
  BatchSampler sampler(10, 10, config, 1);
  std::vector<int> counts(10);
  for (std::int64_t i = 0; i < 1000; ++i) {
    for (const auto index : sampler.batch(i)) ++counts[static_cast<std::size_t>(index)];
  }
  for (const int count : counts) EXPECT_NEAR(count, 1000, 150);  // 5 sigma
}

TEST(BatchSampler, ABatchLargerThanTheDataNamesBothNumbers) {
  EXPECT_EQ(
      usage_message_of([] { BatchSampler(100, 128, DataConfig(), 1); }),
      "train.batch_size: a batch of 128 real images is more than the 100 of the data set; use "
      "a smaller batch");
}

}  // namespace
}  // namespace gan
