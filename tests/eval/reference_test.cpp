#include "reference.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include <torch/types.h>

#include "eval/metrics.hpp"
#include "formula_features.hpp"

namespace gan {
namespace {

// For values of scipy, scikit-learn and prdc, computed by make_reference.py.
constexpr double kAgreement = 1e-4;

void expect_close(double value, double expected) {
  EXPECT_NEAR(value, expected, kAgreement * std::abs(expected));
}

void expect_manifold(const ManifoldMetrics& figures, const double (&expected)[4]) {
  expect_close(figures.precision, expected[0]);
  expect_close(figures.recall, expected[1]);
  expect_close(figures.density, expected[2]);
  expect_close(figures.coverage, expected[3]);
}

class Reference : public testing::Test {
 protected:
  torch::Tensor real_ = formula_features(1, 600, 16, 8, 1.0);
  torch::Tensor fake_ = formula_features(2, 500, 16, 6, 1.2);
  // Fewer rows than columns: singular covariances.
  torch::Tensor few_ = formula_features(3, 40, 64, 8, 1.0);
  torch::Tensor fewer_ = formula_features(4, 30, 64, 8, 1.0);
};

TEST_F(Reference, FrechetDistanceAgreesWithScipy) {
  expect_close(frechet_distance(real_, fake_), reference::kFrechet);
  expect_close(frechet_distance(few_, fewer_), reference::kFrechetSingular);
}

TEST_F(Reference, KernelDistanceAgreesWithScikitLearn) {
  const auto all = kernel_distance(real_.slice(0, 0, 500), fake_, 1);
  expect_close(all.value, reference::kKernelDistance);
  EXPECT_EQ(all.standard_error, 0.0);
}

TEST_F(Reference, ManifoldFiguresAgreeWithPrdc) {
  expect_manifold(manifold_metrics(real_, fake_, 3), reference::kManifoldOf3);
  expect_manifold(manifold_metrics(real_, fake_), reference::kManifoldOf5);
  expect_manifold(manifold_metrics(few_, fewer_), reference::kManifoldOfFew);
}

TEST_F(Reference, NearestNeighboursAgreeWithScipy) {
  const auto nearest = nearest_squared_distances(fake_, real_);
  expect_close(nearest.mean().item<double>(), reference::kNearestMean);
  expect_close(nearest.max().item<double>(), reference::kNearestMax);
}

TEST_F(Reference, ParzenWindowAgreesWithScikitLearn) {
  const auto wide = parzen_log_likelihood(real_, fake_, 0.3);
  expect_close(wide.mean, reference::kParzen[0]);
  expect_close(wide.standard_error, reference::kParzen[1]);
  const auto narrow = parzen_log_likelihood(real_, fake_, 0.1);
  expect_close(narrow.mean, reference::kParzenNarrow[0]);
  expect_close(narrow.standard_error, reference::kParzenNarrow[1]);
}

TEST_F(Reference, SlicedWassersteinOnALineAgreesWithNumpy) {
  expect_close(sliced_wasserstein(real_.slice(1, 0, 1), fake_.slice(1, 0, 1), 1),
               reference::kTransportOnALine);
}

TEST_F(Reference, ClassifierScoreAgreesWithScipy) {
  expect_close(classifier_score(formula_probabilities(5, 500, 10)), reference::kClassifierScore);
}

}  // namespace
}  // namespace gan
