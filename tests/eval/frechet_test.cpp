#include <cmath>
#include <gtest/gtest.h>

#include <torch/types.h>

#include "eval/metrics.hpp"
#include "formula_features.hpp"

namespace gan {
namespace {

// Rows with exactly that mean and these variances: one on either side along each axis.
torch::Tensor gaussian_like(const torch::Tensor& mean, const torch::Tensor& variances) {
  const auto d = static_cast<double>(variances.size(0));
  const auto arms = torch::diag((variances * (2.0 * d - 1.0) / 2.0).sqrt());
  return torch::cat({arms, -arms}) + mean;
}

torch::Tensor rotation(double angle) {
  return torch::tensor({{std::cos(angle), -std::sin(angle)}, {std::sin(angle), std::cos(angle)}},
                       torch::kFloat32);
}

TEST(FrechetDistance, OfDiagonalGaussiansIsTheClosedForm) {
  const auto a =
      gaussian_like(torch::tensor({1.0F, 2.0F, 3.0F}), torch::tensor({4.0F, 1.0F, 9.0F}));
  const auto b =
      gaussian_like(torch::tensor({0.0F, 2.0F, 5.0F}), torch::tensor({1.0F, 1.0F, 4.0F}));
  // |(1, 0, -2)|^2 + (2 - 1)^2 + 0 + (3 - 2)^2
  EXPECT_NEAR(frechet_distance(a, b), 7.0, 1e-5);
}

TEST(FrechetDistance, OfRotatedGaussiansIsTheClosedForm) {
  const auto zero = torch::zeros(2);
  const auto a = gaussian_like(zero, torch::tensor({9.0F, 1.0F}));
  for (const double angle : {0.3, 1.0, std::acos(0.0)}) {
    const auto b = a.mm(rotation(angle).t());
    // For 2 x 2, tr(M^(1/2)) = (tr M + 2 det(M)^(1/2))^(1/2); tr(S_a S_b) by hand.
    const double cosine = std::cos(angle) * std::cos(angle);
    const double trace = (81.0 + 1.0) * cosine + 2.0 * 9.0 * (1.0 - cosine);
    const double expected = 2.0 * 10.0 - 2.0 * std::sqrt(trace + 2.0 * 9.0);
    EXPECT_NEAR(frechet_distance(a, b), expected, 1e-5) << angle;
  }
}

TEST(FrechetDistance, OfEqualSetsIsZeroAlsoWhereSingular) {
  for (const std::int64_t n : {1, 2, 10, 500}) {
    const auto set = formula_features(1, n, 24, 4, 1.0);
    EXPECT_NEAR(frechet_distance(set, set), 0.0, 1e-5) << n;
    EXPECT_NEAR(frechet_distance(set, set.flip(0)), 0.0, 1e-5) << n;
  }
}

TEST(FrechetDistance, OfFewSamplesIsThatOfTheirStatistics) {
  torch::manual_seed(5);
  const auto b = feature_statistics(torch::randn({60, 32}) * 2 + 1);
  for (const std::int64_t n : {2, 10, 31}) {
    const auto a = torch::randn({n, 32});
    EXPECT_NEAR(frechet_distance(a, b), frechet_distance(feature_statistics(a), b), 1e-5) << n;
  }
}

TEST(FrechetDistance, IsSymmetric) {
  const auto a = formula_features(1, 200, 8, 4, 1.0);
  const auto b = formula_features(2, 300, 8, 3, 1.5);
  EXPECT_NEAR(frechet_distance(a, b), frechet_distance(b, a), 1e-9);
}

TEST(FrechetDistance, OfConstantSetsIsThatOfTheirMeans) {
  EXPECT_NEAR(frechet_distance(torch::full({5, 4}, 2.0), torch::full({7, 4}, 5.0)), 36.0, 1e-9);
}

TEST(FrechetDistance, OfOneRowAddsTheSpreadOfTheOtherSet) {
  const auto b = gaussian_like(torch::zeros(2), torch::tensor({3.0F, 1.0F}));
  EXPECT_NEAR(frechet_distance(torch::zeros({1, 2}), b), 4.0, 1e-5);
}

// In single precision, the covariance would be lost against the square of the mean.
TEST(FrechetDistance, SurvivesALargeCommonOffset) {
  const auto a = formula_features(1, 400, 6, 4, 1.0);
  const auto b = formula_features(2, 400, 6, 3, 1.0);
  EXPECT_NEAR(frechet_distance(a + 1000, b + 1000), frechet_distance(a, b), 1e-3);
}

}  // namespace
}  // namespace gan
