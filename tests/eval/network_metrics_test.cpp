#include "eval/network_metrics.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include <torch/types.h>
#include <torch/utils.h>

#include "eval/numpy_draws.hpp"
#include "eval/resize.hpp"
#include "formula_features.hpp"

namespace gan {
namespace {

// The draws of numpy.random.RandomState(2020).
TEST(NumpyDraws, AreThoseOfNumpy) {
  NumpyDraws draws(2020);
  EXPECT_TRUE(
      draws.permutation(10).equal(torch::tensor({2, 4, 9, 1, 5, 7, 6, 3, 8, 0}, torch::kInt64)));
  EXPECT_TRUE(draws.permutation(5).equal(torch::tensor({1, 2, 3, 4, 0}, torch::kInt64)));
  EXPECT_TRUE(draws.permutation(300).narrow(0, 0, 4).equal(
      torch::tensor({52, 140, 81, 34}, torch::kInt64)));
}

TEST(NetworkInput, KeepsAPictureOfItsSize) {
  const auto picture = torch::randint(0, 256, {3, 32, 32}, torch::kUInt8);
  const auto values = picture.to(torch::kFloat32);
  const auto expect = [&](Resizing resizing, const torch::Tensor& wanted) {
    EXPECT_TRUE(torch::allclose(network_input(picture, resizing, 32), wanted, 1e-5, 1e-5));
  };
  expect(Resizing::kBilinear, values / 127.5 - 1);
  expect(Resizing::kTensorFlow, (values - 128) / 128);
  expect(Resizing::kBicubic, (values - 128) / 128);
  expect(Resizing::kBicubicAround127, (values - 127) / 128);
}

// TensorFlow 1 has no half-pixel offset: doubling starts with the first pixel itself.
TEST(NetworkInput, FollowsTensorFlowsCorners) {
  const auto picture = torch::tensor({{0, 128}, {0, 128}}, torch::kUInt8).expand({3, 2, 2});
  const auto row = network_input(picture, Resizing::kTensorFlow, 4)[0][0];
  EXPECT_TRUE(torch::allclose(row, torch::tensor({-1.0F, -0.5F, 0.0F, 0.0F})));
}

ReferenceFeatures reference_of(const torch::Tensor& features) {
  return {.name = "b",
          .size = features.size(0),
          .features = features,
          .statistics = feature_statistics(features)};
}

TEST(NetworkMetrics, OfEqualSetsAreTheBestThereAre) {
  const auto features = formula_features(1, 50, 16, 8, 1.0);
  for (const Metric& row :
       network_metrics({features, torch::zeros({50, 7})}, reference_of(features))) {
    if (row.name == "frechet") {
      EXPECT_NEAR(row.value, 0.0, 1e-6);
    } else if (row.name == "kid") {
      EXPECT_LT(row.value, 0.0);  // unbiased, so below zero for identical sets
    } else if (row.name == "precision" || row.name == "recall") {
      EXPECT_EQ(row.value, 1.0);
    } else if (row.name == "inception_score") {
      EXPECT_NEAR(row.value, 1.0, 1e-12);  // all classes equally likely
    }
  }
}

TEST(NetworkMetrics, OfStatisticsAloneIsTheDistance) {
  const auto features = formula_features(1, 50, 16, 8, 1.0);
  auto reference = reference_of(formula_features(2, 60, 16, 6, 1.2));
  const auto whole = network_metrics({features, {}}, reference);
  reference.features = torch::Tensor();
  const auto rows = network_metrics({features, {}}, reference);
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows[0].name, "frechet");
  EXPECT_EQ(rows[0].value, whole[0].value);
}

}  // namespace
}  // namespace gan
