#include <cmath>
#include <gtest/gtest.h>

#include <torch/types.h>

#include "eval/metrics.hpp"
#include "formula_features.hpp"
#include "message.hpp"

namespace gan {
namespace {

TEST(ClassifierScore, OfSureAndEvenClassesIsTheirNumber) {
  EXPECT_NEAR(classifier_score(torch::eye(10).repeat({5, 1})), 10.0, 1e-9);
  EXPECT_NEAR(classifier_score(torch::eye(10).slice(0, 0, 4)), 4.0, 1e-9);
}

TEST(ClassifierScore, OfUnsureOrOneClassIsOne) {
  EXPECT_NEAR(classifier_score(torch::full({20, 10}, 0.1)), 1.0, 1e-6);
  EXPECT_NEAR(classifier_score(torch::eye(10).slice(0, 3, 4).repeat({20, 1})), 1.0, 1e-9);
  EXPECT_NEAR(classifier_score(formula_probabilities(1, 1, 10)), 1.0, 1e-9);
}

TEST(ClassifierScore, RefusesWhatAreNoProbabilities) {
  const std::string softmax =
      "classifier score: each row must be probabilities that sum to 1; take the softmax of logits";
  EXPECT_EQ(usage_message_of([] { classifier_score(torch::ones({3, 10})); }), softmax);
  EXPECT_EQ(usage_message_of([] { classifier_score(torch::tensor({{1.5F, -0.5F}})); }), softmax);
  EXPECT_EQ(usage_message_of([] { classifier_score(torch::full({3, 10}, NAN)); }), softmax);
  EXPECT_NE(usage_message_of([] { classifier_score(torch::empty({0, 10})); }), "");
}

}  // namespace
}  // namespace gan
