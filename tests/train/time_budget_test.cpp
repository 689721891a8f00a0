#include "train/time_budget.hpp"

#include <gtest/gtest.h>

namespace gan {
namespace {

using Length = std::pair<std::int64_t, std::int64_t>;  // epochs and the steps of each

Length fitted(std::int64_t steps, std::int64_t per_epoch) {
  const TrainConfig train = with_steps(Config(), steps, per_epoch).train;
  return {train.epochs, train.steps_per_epoch};
}

TEST(TimeBudget, StepsComeInEvenEpochsNoLongerThanAsked) {
  EXPECT_EQ(fitted(1, 100), Length(1, 1));
  EXPECT_EQ(fitted(99, 100), Length(1, 99));
  EXPECT_EQ(fitted(100, 100), Length(1, 100));
  EXPECT_EQ(fitted(101, 100), Length(2, 50));
  EXPECT_EQ(fitted(1000, 300), Length(4, 250));
}

}  // namespace
}  // namespace gan
