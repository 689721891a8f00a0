#include <gtest/gtest.h>

#include <torch/types.h>

#include "eval/metrics.hpp"
#include "formula_features.hpp"

namespace gan {
namespace {

torch::Tensor euclidean(const torch::Tensor& a, const torch::Tensor& b) {
  return torch::cdist(a.to(torch::kDouble), b.to(torch::kDouble), 2.0,
                      /*donot_use_mm_for_euclid_dist=*/2);
}

double share_of(const torch::Tensor& marks) {
  return marks.to(torch::kDouble).mean().item<double>();
}

// The definitions, written out: [real, fake] distances and one radius per row.
ManifoldMetrics manifold_at_once(const torch::Tensor& real, const torch::Tensor& fake,
                                 std::int64_t k) {
  const auto radii = [&](const torch::Tensor& set) {
    return std::get<0>(euclidean(set, set).fill_diagonal_(-1.0).sort(1)).select(1, k);
  };
  const auto distances = euclidean(real, fake);
  const auto in_real = distances < radii(real).unsqueeze(1);
  const auto in_fake = distances < radii(fake).unsqueeze(0);
  return {share_of(in_real.any(0)), share_of(in_fake.any(1)),
          in_real.sum().item<double>() / static_cast<double>(k * fake.size(0)),
          share_of(in_real.any(1))};
}

void expect_same(const ManifoldMetrics& figures, const ManifoldMetrics& expected) {
  EXPECT_DOUBLE_EQ(figures.precision, expected.precision);
  EXPECT_DOUBLE_EQ(figures.recall, expected.recall);
  EXPECT_DOUBLE_EQ(figures.density, expected.density);
  EXPECT_DOUBLE_EQ(figures.coverage, expected.coverage);
}

TEST(ManifoldMetrics, OfPointsOnALineByHand) {
  const auto real = torch::tensor({{0.0F}, {1.0F}, {3.0F}, {10.0F}});   // radii 1, 1, 2, 7
  const auto fake = torch::tensor({{0.5F}, {2.5F}, {30.0F}, {31.0F}});  // radii 2, 2, 1, 1
  const auto figures = manifold_metrics(real, fake, 1);
  EXPECT_DOUBLE_EQ(figures.precision, 2.0 / 4.0);  // 0.5 and 2.5
  EXPECT_DOUBLE_EQ(figures.recall, 3.0 / 4.0);     // all but 10
  EXPECT_DOUBLE_EQ(figures.density, 3.0 / 4.0);    // 0.5 is in two balls, 2.5 in one
  EXPECT_DOUBLE_EQ(figures.coverage, 3.0 / 4.0);   // all but 10
}

TEST(ManifoldMetrics, InBlocksAreThoseOfAllAtOnce) {
  const auto real = formula_features(1, 2400, 8, 10, 0.8);
  const auto fake = formula_features(2, 2100, 8, 8, 1.0);
  expect_same(manifold_metrics(real, fake), manifold_at_once(real, fake, 5));
}

TEST(ManifoldMetrics, OfSmallSetsAreThoseOfAllAtOnce) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto real = formula_features(100 + seed, 12, 3, 3, 0.5);
    const auto fake = formula_features(200 + seed, 9, 3, 2, 0.7);
    for (const std::int64_t k : {1, 2, 8}) {
      expect_same(manifold_metrics(real, fake, k), manifold_at_once(real, fake, k));
    }
  }
}

// Many equal distances: each image is the neighbour of its copy, and others are on the edge of
// balls.
TEST(ManifoldMetrics, OfCopiesAreExact) {
  const auto real = formula_features(1, 300, 40, 6, 1.0) + 20;
  const auto figures = manifold_metrics(real, real);
  EXPECT_EQ(figures.precision, 1.0);
  EXPECT_EQ(figures.recall, 1.0);
  EXPECT_EQ(figures.density, 1.0);  // itself and its four nearest; the fifth is on the edge
  EXPECT_EQ(figures.coverage, 1.0);
}

TEST(ManifoldMetrics, OfConstantSetsAreZero) {
  const auto figures = manifold_metrics(torch::full({8, 3}, 0.7), torch::full({9, 3}, 0.7));
  expect_same(figures, {0.0, 0.0, 0.0, 0.0});  // balls without an inside
}

}  // namespace
}  // namespace gan
