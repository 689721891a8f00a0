#include <cmath>
#include <gtest/gtest.h>

#include <torch/types.h>

#include "eval/metrics.hpp"
#include "formula_features.hpp"

namespace gan {
namespace {

TEST(SlicedWasserstein, OfAShiftOnALineIsTheShift) {
  const auto set = formula_features(1, 100, 1, 3, 1.0);
  EXPECT_NEAR(sliced_wasserstein(set, set - 0.75, 1), 0.75, 1e-6);
}

// The mean square of a unit vector's component is 1 / d.
TEST(SlicedWasserstein, OfAShiftIsItsLengthOverTheRootOfTheDimension) {
  const auto set = formula_features(1, 200, 12, 3, 1.0);
  auto shift = torch::zeros(12);
  shift[3] = 3.0;
  shift[7] = -4.0;
  EXPECT_NEAR(sliced_wasserstein(set, set + shift, 1, 20000), 5.0 / std::sqrt(12.0), 0.03);
}

TEST(SlicedWasserstein, OfAScaledSetIsTheClosedForm) {
  const auto set = formula_features(1, 200, 12, 3, 1.0);
  const auto square = set.square().sum(1).mean().item<double>();
  EXPECT_NEAR(sliced_wasserstein(set, set * 1.5, 1, 20000), 0.5 * std::sqrt(square / 12.0), 0.02);
}

TEST(SlicedWasserstein, KnowsNoOrderAndNoCounts) {
  const auto set = formula_features(1, 60, 5, 3, 1.0);
  EXPECT_NEAR(sliced_wasserstein(set, set.flip(0), 1), 0.0, 1e-6);
  EXPECT_NEAR(sliced_wasserstein(set, set.repeat({7, 1}), 1), 0.0, 1e-6);
  EXPECT_GT(sliced_wasserstein(set, set.slice(0, 0, 40), 1), 0.01);
}

// Three points against two: shares of 1/3, 1/6, 1/6 and 1/3 move by 0, 1, 3 and 2.
TEST(SlicedWasserstein, OfUnequalCountsSplitsTheMass) {
  const auto three = torch::tensor({{2.0F}, {0.0F}, {1.0F}});
  const auto two = torch::tensor({{4.0F}, {0.0F}});
  const auto square = 0.0 / 3.0 + 1.0 / 6.0 + 9.0 / 6.0 + 4.0 / 3.0;
  EXPECT_NEAR(sliced_wasserstein(three, two, 1), std::sqrt(square), 1e-6);
  EXPECT_NEAR(sliced_wasserstein(two, three, 1), std::sqrt(square), 1e-6);
}

TEST(SlicedWasserstein, IsAFunctionOfTheSeed) {
  const auto a = formula_features(1, 60, 5, 3, 1.0);
  const auto b = formula_features(2, 70, 5, 2, 1.0);
  EXPECT_EQ(sliced_wasserstein(a, b, 3, 8), sliced_wasserstein(a, b, 3, 8));
  EXPECT_NE(sliced_wasserstein(a, b, 3, 8), sliced_wasserstein(a, b, 4, 8));
}

}  // namespace
}  // namespace gan
