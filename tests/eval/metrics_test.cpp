#include "eval/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <gtest/gtest.h>
#include <vector>

#include <torch/types.h>

#include "formula_features.hpp"
#include "message.hpp"

namespace gan {
namespace {

// All metrics must detect these: draws of one distribution, and several ways to be worse.
class WorseSets : public testing::Test {
 protected:
  static torch::Tensor draw(std::uint64_t seed) { return formula_features(seed, 1000, 8, 5, 0.5); }
  static torch::Tensor noisy(double amount) {
    return draw(2) +
           amount * (formula_features(3, 1000, 8, 1, 1.0) - formula_features(4, 1000, 8, 1, 1.0));
  }

  torch::Tensor real_ = draw(1);
  torch::Tensor good_ = draw(2);
  // Rows of two of the five clusters.
  torch::Tensor dropped_ =
      formula_features(2, 2500, 8, 5, 0.5).reshape({500, 5, 8}).slice(1, 0, 2).reshape({1000, 8});
  torch::Tensor copies_ = good_.slice(0, 0, 50).repeat({20, 1});
};

TEST_F(WorseSets, LieFartherByAllDistances) {
  const std::vector<std::function<double(const torch::Tensor&)>> distances = {
      [&](const torch::Tensor& set) { return frechet_distance(real_, set); },
      [&](const torch::Tensor& set) { return kernel_distance(real_, set, 1).value; },
      [&](const torch::Tensor& set) { return sliced_wasserstein(real_, set, 1); },
      [&](const torch::Tensor& set) { return -parzen_log_likelihood(set, real_, 0.2).mean; },
  };
  for (std::size_t i = 0; i < distances.size(); ++i) {
    double last = distances[i](good_);
    for (const double noise : {0.2, 0.4, 0.8}) {
      const double next = distances[i](noisy(noise));
      EXPECT_GT(next, last) << i << " " << noise;
      last = next;
    }
    EXPECT_GT(distances[i](dropped_), distances[i](good_)) << i;
    EXPECT_GT(distances[i](copies_), distances[i](good_)) << i;
  }
}

TEST_F(WorseSets, CoverLessOfTheManifold) {
  const auto good = manifold_metrics(real_, good_);
  EXPECT_GT(good.precision, 0.95);
  EXPECT_GT(good.recall, 0.95);
  EXPECT_NEAR(good.density, 1.0, 0.1);
  EXPECT_GT(good.coverage, 0.95);

  const auto loud = manifold_metrics(real_, noisy(0.8));
  EXPECT_LT(loud.precision, 0.5);
  EXPECT_LT(loud.density, 0.3);
  EXPECT_LT(loud.coverage, 0.7);

  // The samples are good, but three fifths of the data are missing.
  const auto dropped = manifold_metrics(real_, dropped_);
  EXPECT_GT(dropped.precision, 0.9);
  EXPECT_LT(dropped.recall, 0.45);
  EXPECT_LT(dropped.coverage, 0.45);

  const auto copies = manifold_metrics(real_, copies_);
  EXPECT_GT(copies.precision, 0.9);
  EXPECT_EQ(copies.recall, 0.0);
  EXPECT_LT(copies.coverage, 0.5);
}

TEST_F(WorseSets, LieFartherFromTheTrainingSetUnlessTheyCopyIt) {
  const auto mean_distance_of = [&](const torch::Tensor& set) {
    return nearest_squared_distances(set, real_).mean().item<double>();
  };
  EXPECT_GT(mean_distance_of(noisy(0.4)), mean_distance_of(good_));
  EXPECT_EQ(mean_distance_of(real_.slice(0, 0, 50).repeat({3, 1})), 0.0);
}

TEST_F(WorseSets, HaveALowerClassifierScore) {
  const auto sure = torch::eye(5).repeat({20, 1}) * 0.9 + 0.02;
  const auto blurred = torch::eye(5).repeat({20, 1}) * 0.5 + 0.1;
  const auto two_classes = sure.reshape({20, 5, 5}).slice(1, 0, 2).reshape({40, 5});
  EXPECT_LT(classifier_score(blurred), classifier_score(sure));
  EXPECT_LT(classifier_score(two_classes), classifier_score(sure));
}

using PairMetrics = std::function<std::vector<double>(const torch::Tensor&, const torch::Tensor&)>;

std::vector<PairMetrics> metrics_of_pairs() {
  return {
      [](const auto& a, const auto& b) { return std::vector{frechet_distance(a, b)}; },
      [](const auto& a, const auto& b) {
        const auto figure = kernel_distance(a, b, 1);
        return std::vector{figure.value, figure.standard_error};
      },
      [](const auto& a, const auto& b) {
        const auto figures = manifold_metrics(a, b);
        return std::vector{figures.precision, figures.recall, figures.density, figures.coverage};
      },
      [](const auto& a, const auto& b) {
        return std::vector{nearest_squared_distances(a, b).sum().template item<double>()};
      },
      [](const auto& a, const auto& b) {
        const auto figure = parzen_log_likelihood(a, b, 0.2);
        return std::vector{figure.mean, figure.standard_error};
      },
      [](const auto& a, const auto& b) { return std::vector{choose_parzen_width(a, b)}; },
      [](const auto& a, const auto& b) { return std::vector{sliced_wasserstein(a, b, 1)}; },
  };
}

// Sets of a collapsed generator or a small -n: a finite value or a message, never NaN.
TEST(Metrics, AreFiniteOrRefusedOnSetsThatDegenerate) {
  const std::vector<torch::Tensor> sets = {torch::zeros({1, 3}),
                                           torch::rand({1, 3}),
                                           torch::rand({2, 3}),
                                           torch::zeros({10, 3}),
                                           torch::full({10, 3}, 1e6),
                                           torch::full({20, 3}, -1e6),
                                           torch::full({10, 3}, 1e-30),
                                           torch::rand({10, 1}),
                                           torch::rand({10, 40}),
                                           torch::zeros({10, 40}),
                                           torch::rand({2, 3}).repeat({6, 1}),
                                           torch::rand({10, 3}) * 1e-20};
  for (const auto& a : sets) {
    for (const auto& b : sets) {
      std::size_t number = 0;
      for (const PairMetrics& figure : metrics_of_pairs()) {
        try {
          for (const double value : figure(a, b)) {
            EXPECT_TRUE(std::isfinite(value)) << number << ": " << a << b;
          }
        } catch (const Error& error) {
          const bool small = std::min(a.size(0), b.size(0)) < 6;
          EXPECT_TRUE(small || a.size(1) != b.size(1)) << number << ": " << error.what();
        }
        ++number;
      }
    }
  }
}

TEST(Metrics, RefuseSetsThatCannotBeCompared) {
  const auto set = torch::rand({10, 3});
  auto broken = set.clone();
  broken[4][1] = NAN;
  for (const PairMetrics& figure : metrics_of_pairs()) {
    const auto says = [&](const torch::Tensor& a, const torch::Tensor& b, int code) {
      return gan::message_of([&] { figure(a, b); }, code);
    };
    EXPECT_NE(says(set, torch::rand({10, 4}), Error::kUsage).find("have 3 and 4 features"),
              std::string::npos);
    EXPECT_NE(says(set, torch::rand({0, 3}), Error::kUsage).find("but got 0; use more"),
              std::string::npos);
    EXPECT_NE(says(torch::rand({10, 3, 4}), set, Error::kUsage).find("tensor of [10, 3, 4]"),
              std::string::npos);
    for (const double value : {std::nan(""), HUGE_VAL, 2e6}) {
      broken[4][1] = value;
      EXPECT_NE(says(set, broken, Error::kFailed).find("has the generator diverged?"),
                std::string::npos);
    }
  }
}

TEST(Metrics, SayHowManyImagesTheyNeed) {
  const auto two = torch::rand({2, 3});
  const auto ten = torch::rand({10, 3});
  EXPECT_EQ(usage_message_of([&] { manifold_metrics(ten, two); }),
            "precision and recall: needs at least 6 images in each set, but got 2; use more");
  EXPECT_EQ(usage_message_of([&] { kernel_distance(two.slice(0, 0, 1), ten, 1); }),
            "kernel distance: needs at least 2 images in each set, but got 1; use more");
  EXPECT_EQ(usage_message_of([&] { parzen_log_likelihood(ten, ten, 0.0); }),
            "Parzen window: a width of 0; it must be from 1e-6 to 1e6");
  EXPECT_NE(usage_message_of([&] { manifold_metrics(ten, ten, 0); }), "");
  EXPECT_NE(usage_message_of([&] { kernel_distance(ten, ten, 1, 0); }), "");
  EXPECT_NE(usage_message_of([&] { choose_parzen_width(ten, ten, 1); }), "");
  EXPECT_NE(usage_message_of([&] { sliced_wasserstein(ten, ten, 1, 0); }), "");
}

// Training passes tensors that still have a graph.
TEST(Metrics, TakeWhatNeedsGradientsAndOtherLayouts) {
  const auto set = formula_features(1, 40, 6, 2, 1.0);
  const auto other = formula_features(2, 50, 6, 2, 1.0);
  const auto odd = set.to(torch::kDouble).t().contiguous().t().requires_grad_();
  for (const PairMetrics& figure : metrics_of_pairs()) {
    EXPECT_EQ(figure(odd, other), figure(set, other));
  }
}

}  // namespace
}  // namespace gan
