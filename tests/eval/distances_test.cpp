#include <gtest/gtest.h>
#include <sys/resource.h>

#include <torch/types.h>

#include "eval/metrics.hpp"
#include "formula_features.hpp"
#include "peak_growth.hpp"

namespace gan {
namespace {

// All squared distances at once, in double, without a matrix product.
torch::Tensor squared_distances_at_once(const torch::Tensor& a, const torch::Tensor& b) {
  return torch::cdist(a.to(torch::kDouble), b.to(torch::kDouble), 2.0,
                      /*donot_use_mm_for_euclid_dist=*/2)
      .square();
}

TEST(NearestDistances, InBlocksAreThoseOfAllAtOnce) {
  const auto from = formula_features(1, 2500, 8, 10, 0.5);
  const auto to = formula_features(2, 3000, 8, 10, 0.5);
  const auto expected = squared_distances_at_once(from, to).amin(1).to(torch::kFloat32);
  const auto nearest = nearest_squared_distances(from, to);
  EXPECT_EQ(nearest.sizes(), (std::vector<std::int64_t>{2500}));
  EXPECT_TRUE(torch::allclose(nearest, expected, 1e-6, 0.0));
}

TEST(NearestDistances, OfCopiesAreExactlyZero) {
  const auto to = formula_features(1, 700, 100, 7, 1.0) + 50;
  const auto copies = to.flip(0).slice(0, 0, 300);
  EXPECT_EQ(nearest_squared_distances(copies, to).abs().max().item<float>(), 0.0F);
}

// Far from the origin, |a|^2 + |b|^2 - 2ab in single precision is only rounding error.
TEST(NearestDistances, KeepTheirPrecisionFarFromTheOrigin) {
  const auto from = formula_features(1, 200, 4, 3, 0.01) + 3000;
  const auto to = formula_features(2, 300, 4, 3, 0.01) + 3000;
  const auto expected = squared_distances_at_once(from, to).amin(1).to(torch::kFloat32);
  EXPECT_TRUE(torch::allclose(nearest_squared_distances(from, to), expected, 1e-6, 0.0));
}

// Two tight groups far apart: no shift helps, so distances must be computed again.
TEST(NearestDistances, KeepTheirPrecisionInTightGroupsFarApart) {
  const auto ends = torch::tensor({-1000.0F, 1000.0F}).repeat({100}).unsqueeze(1);
  const auto from = formula_features(1, 200, 4, 1, 0.01) + ends;
  const auto to = formula_features(2, 200, 4, 1, 0.01) + ends;
  const auto expected = squared_distances_at_once(from, to).amin(1).to(torch::kFloat32);
  EXPECT_TRUE(torch::allclose(nearest_squared_distances(from, to), expected, 1e-6, 0.0));
}

TEST(NearestDistances, OfOneRowToOne) {
  const auto from = torch::tensor({{0.0F, 3.0F}});
  const auto to = torch::tensor({{4.0F, 0.0F}});
  EXPECT_EQ(nearest_squared_distances(from, to).item<float>(), 25.0F);
}

long peak_mib() {
  struct rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

// A matrix of all 12,000 x 12,000 distances would take 550 MiB.
TEST(NearestDistances, NeverHoldAllPairs) {
  if (!kCountsMemory) GTEST_SKIP() << "the sanitizer's memory would be counted";
  const auto from = formula_features(1, 12000, 2, 10, 0.5);
  const auto to = formula_features(2, 12000, 2, 10, 0.5);
  const long before = peak_mib();
  nearest_squared_distances(from, to);
  manifold_metrics(from, to);
  parzen_log_likelihood(from, to, 0.2);
  sliced_wasserstein(from, to, 1, 16);
  kernel_distance(from, to, 1, 2);
  EXPECT_LT(peak_mib() - before, 200);
}

}  // namespace
}  // namespace gan
