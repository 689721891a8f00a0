#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <map>

#include <torch/types.h>

#include "eval/classifier.hpp"
#include "eval/metrics.hpp"
#include "gan_train/eval/evaluator.hpp"
#include "labelled_shapes.hpp"

namespace gan {
namespace {

TEST(ClassShares, AreCountedByTheLikeliestClass) {
  const auto probabilities =
      torch::tensor({{0.95, 0.05, 0.0}, {0.9, 0.05, 0.05}, {0.1, 0.8, 0.1}, {0.5, 0.3, 0.2}});
  const auto data = torch::tensor({0.5, 0.25, 0.25}, torch::kFloat64);
  const ClassShares found = class_shares(probabilities, data);
  EXPECT_TRUE(torch::equal(found.shares, torch::tensor({0.75, 0.25, 0.0}, torch::kFloat64)));
  EXPECT_EQ(found.found, 2);
  EXPECT_NEAR(found.kl, 0.75 * std::log(1.5), 1e-12);
  EXPECT_EQ(found.confident, 0.5);
}

TEST(ClassShares, OfTheDataHaveNoDivergenceAndOneClassHasTheLogarithmOfTheirNumber) {
  const auto data = torch::full({10}, 0.1, torch::kFloat64);
  const auto even = torch::eye(10).repeat({7, 1});
  EXPECT_NEAR(class_shares(even, data).kl, 0.0, 1e-12);
  EXPECT_EQ(class_shares(even, data).confident, 1.0);
  EXPECT_NEAR(class_shares(even.slice(0, 0, 70, 10), data).kl, std::log(10.0), 1e-12);
  EXPECT_EQ(class_shares(torch::full({3, 10}, 0.1), data).confident, 0.0);
}

TEST(ClassShares, AClassThatTheDataLackIsFarButNotInfinitely) {
  const auto data = torch::tensor({1.0, 0.0}, torch::kFloat64);
  EXPECT_NEAR(class_shares(torch::eye(2).slice(0, 1), data).kl, std::log(1e6), 1e-9);
}

// A mode is a combination of the stacked digits: there are 10 x 10 x 10.
TEST(ClassShares, OfStackedImagesAreThoseOfTheirModes) {
  const Dataset data = stacked_shapes(900);
  const TestedClassifier classifier = make_classifier(data, {});
  const Evaluator evaluator({"stacks", data, {}}, classifier, 200);
  const auto labels_of = [&](const torch::Tensor& images) {
    return classify(classifier.net, images).probabilities.argmax(1);
  };
  const auto count = [](const torch::Tensor& labels) {
    std::map<std::int64_t, double> counts;
    for (std::int64_t i = 0; i < labels.size(0); ++i) ++counts[labels[i].item<std::int64_t>()];
    return counts;
  };
  auto of_data = count(data.labels);
  const auto check = [&](const torch::Tensor& images) {
    const Metrics metrics = evaluator.measure(images);
    const auto modes = count(labels_of(images));
    const auto n = static_cast<double>(images.size(0));
    double kl = 0;
    for (const auto& [label, times] : modes) {
      kl += times / n * std::log(times / n / std::max(of_data[label] / 900, 1e-6));
    }
    EXPECT_EQ(metrics.value("classes_found"), static_cast<double>(modes.size()));
    EXPECT_NEAR(metrics.value("class_kl"), kl, 1e-9);
    return metrics;
  };
  // Every mode that is present is found, apart from the classifier's mistakes.
  const auto some = data.samples.narrow(0, 0, 300);
  const auto there = static_cast<double>(count(data.labels.narrow(0, 0, 300)).size());
  EXPECT_NEAR(check(some).value("classes_found"), there, 0.1 * there);
  const Metrics few = check(data.samples.narrow(0, 0, 3).repeat({100, 1, 1, 1}));
  EXPECT_EQ(few.value("classes_found"), 3);
  EXPECT_GT(few.value("class_kl"), std::log(50.0));
  EXPECT_TRUE(std::isnan(few.value("class_0_percent")));  // a thousand rows would be unreadable
}

}  // namespace
}  // namespace gan
