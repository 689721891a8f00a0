#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

#include <torch/types.h>

#include "eval/metrics.hpp"
#include "formula_features.hpp"

namespace gan {
namespace {

double log_normal(double squared_distance, double d, double sigma) {
  return -squared_distance / (2.0 * sigma * sigma) -
         d / 2.0 * std::log(2.0 * std::numbers::pi * sigma * sigma);
}

// [test] log-densities, from all distances at once in double.
torch::Tensor parzen_at_once(const torch::Tensor& samples, const torch::Tensor& test,
                             double sigma) {
  const auto squares = torch::cdist(test.to(torch::kDouble), samples.to(torch::kDouble), 2.0,
                                    /*donot_use_mm_for_euclid_dist=*/2)
                           .square();
  return torch::logsumexp(-squares / (2.0 * sigma * sigma), 1) +
         log_normal(0.0, static_cast<double>(samples.size(1)), sigma) -
         std::log(static_cast<double>(samples.size(0)));
}

TEST(ParzenWindow, OfOneSampleIsItsGaussian) {
  const auto sample = torch::tensor({{0.2F, 0.4F, 0.6F}});
  const auto test = torch::tensor({{0.5F, 0.0F, 0.6F}});
  const auto figure = parzen_log_likelihood(sample, test, 0.25);
  EXPECT_NEAR(figure.mean, log_normal(0.25, 3.0, 0.25), 1e-4);
  EXPECT_EQ(figure.standard_error, 0.0);
}

TEST(ParzenWindow, InBlocksIsThatOfAllAtOnce) {
  const auto samples = formula_features(1, 3000, 20, 5, 0.5);
  const auto test = formula_features(2, 2500, 20, 5, 0.5);
  for (const double sigma : {0.1, 0.3, 1.0}) {
    const auto expected = parzen_at_once(samples, test, sigma);
    const auto figure = parzen_log_likelihood(samples, test, sigma);
    EXPECT_NEAR(figure.mean, expected.mean().item<double>(), 1e-4) << sigma;
    EXPECT_NEAR(figure.standard_error, expected.std().item<double>() / 50.0, 1e-4) << sigma;
  }
}

// A test image that is also a sample, in as many dimensions as MNIST, with a narrow window.
TEST(ParzenWindow, OfCopiesInManyDimensionsKeepsItsPrecision) {
  const auto samples = formula_features(1, 50, 784, 50, 0.2) / 3;
  const auto expected = parzen_at_once(samples, samples, 0.1).mean().item<double>();
  EXPECT_NEAR(parzen_log_likelihood(samples, samples, 0.1).mean, expected, 0.01);
}

TEST(ParzenWindow, StaysFiniteFarFromAllSamples) {
  const auto figure = parzen_log_likelihood(torch::zeros({3, 2}), torch::full({2, 2}, 1e4), 1e-3);
  EXPECT_NEAR(figure.mean, -1e14, 1e8);
}

TEST(ParzenWindow, ChoosesTheWidthOfTheHighestLikelihood) {
  const auto samples = formula_features(1, 400, 6, 3, 0.5);
  const auto validation = formula_features(2, 300, 6, 3, 0.5);
  double best = 0.0;
  double highest = -1e300;
  for (int i = 0; i < 10; ++i) {
    const double sigma = std::pow(10.0, -1.0 + i / 9.0);
    const double mean = parzen_log_likelihood(samples, validation, sigma).mean;
    if (mean > highest) {
      highest = mean;
      best = sigma;
    }
  }
  EXPECT_GT(best, 0.11);
  EXPECT_LT(best, 0.9);
  EXPECT_NEAR(choose_parzen_width(samples, validation), best, 1e-12);
  // For validation images that are also samples, no window is too narrow.
  EXPECT_NEAR(choose_parzen_width(samples, samples), 0.1, 1e-12);
}

}  // namespace
}  // namespace gan
