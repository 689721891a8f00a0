#include <cmath>
#include <gtest/gtest.h>
#include <vector>

#include <torch/types.h>

#include "eval/metrics.hpp"
#include "formula_features.hpp"

namespace gan {
namespace {

TEST(KernelDistance, IsTheSumOverPairsByHand) {
  const auto a = torch::tensor({{1.0F, 0.0F}, {0.0F, 2.0F}});
  const auto b = torch::tensor({{1.0F, 1.0F}, {3.0F, 0.0F}});
  const auto kernel = [](double product) { return std::pow(product / 2.0 + 1.0, 3.0); };
  const double across = (kernel(1) + kernel(3) + kernel(2) + kernel(0)) / 4.0;
  EXPECT_NEAR(kernel_distance(a, b, 1).value, kernel(0) + kernel(3) - 2.0 * across, 1e-5);
}

// Unbiased: for two draws from one distribution it is below 0 as often as above.
TEST(KernelDistance, OfEqualDistributionsIsZeroOnAverage) {
  // One cluster, so that rows are drawn independently.
  const auto draw = [](std::uint64_t seed) { return formula_features(seed, 400, 8, 1, 1.0); };
  double sum = 0.0;
  int below = 0;
  for (std::uint64_t i = 0; i < 20; ++i) {
    const double value = kernel_distance(draw(10 + i), draw(50 + i), i).value;
    sum += value;
    below += value < 0.0 ? 1 : 0;
  }
  const double shifted = kernel_distance(draw(10) + 0.1, draw(50), 1).value;
  EXPECT_GT(shifted, 0.01);
  EXPECT_LT(std::abs(sum / 20), shifted / 20);
  EXPECT_GE(below, 4);
  EXPECT_LE(below, 16);
}

TEST(KernelDistance, OfSubsetsScattersAboutThatOfTheWhole) {
  const auto a = formula_features(1, 900, 8, 4, 1.0);
  const auto b = formula_features(2, 900, 8, 3, 1.0);
  const auto whole = kernel_distance(a, b, 1);
  const auto parts = kernel_distance(a, b, 1, 50, 200);
  EXPECT_EQ(whole.standard_error, 0.0);
  EXPECT_GT(parts.standard_error, 0.0);
  EXPECT_NEAR(parts.value, whole.value, 5 * parts.standard_error);
  // Four times the subsets halve the error.
  EXPECT_NEAR(kernel_distance(a, b, 1, 200, 200).standard_error, parts.standard_error / 2,
              parts.standard_error / 8);
}

// The reported error is the spread over other subsets.
TEST(KernelDistance, StandardErrorIsThatOfManyRepetitions) {
  const auto a = formula_features(1, 900, 8, 4, 1.0);
  const auto b = formula_features(2, 900, 8, 3, 1.0);
  std::vector<double> values;
  double named = 0.0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto distance = kernel_distance(a, b, seed, 10, 100);
    values.push_back(distance.value);
    named += distance.standard_error / 100;
  }
  const auto spread = torch::tensor(values, torch::kDouble).std().item<double>();
  EXPECT_NEAR(named / spread, 1.0, 0.25);
}

TEST(KernelDistance, IsAFunctionOfTheSeed) {
  const auto a = formula_features(1, 300, 8, 4, 1.0);
  const auto b = formula_features(2, 500, 8, 4, 1.2);
  EXPECT_EQ(kernel_distance(a, b, 7, 5, 100).value, kernel_distance(a, b, 7, 5, 100).value);
  EXPECT_NE(kernel_distance(a, b, 7, 5, 100).value, kernel_distance(a, b, 8, 5, 100).value);
}

TEST(KernelDistance, SubsetsAreNoLargerThanTheSmallerSet) {
  const auto a = formula_features(1, 300, 8, 4, 1.0);
  const auto b = formula_features(2, 500, 8, 4, 1.2);
  EXPECT_EQ(kernel_distance(a, b, 1, 10, 1000).value, kernel_distance(a, b, 1, 10, 300).value);
  EXPECT_GT(kernel_distance(a, b, 1, 10, 1000).standard_error, 0.0);
}

}  // namespace
}  // namespace gan
