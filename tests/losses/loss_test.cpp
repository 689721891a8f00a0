#include "gan_train/losses/loss.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include <torch/torch.h>

#include "gan_train/core/registry.hpp"

namespace gan {
namespace {

const torch::Tensor kLogits = torch::tensor({-2.0F, 0.5F, 3.0F});

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

// Mean over kLogits of f(logit), in double.
template <typename F>
double mean_over_logits(F f) {
  double sum = 0.0;
  for (int i = 0; i < 3; ++i) sum += f(static_cast<double>(kLogits[i].item<float>()));
  return sum / 3.0;
}

TEST(Loss, BceIsTheCrossEntropyOfItsLabels) {
  const Loss& bce = find_row(losses(), "bce", "loss");
  for (const double y : {1.0, 0.9, 0.0, 0.1}) {
    const double expected = mean_over_logits(
        [&](double x) { return -y * std::log(sigmoid(x)) - (1 - y) * std::log(1 - sigmoid(x)); });
    const auto labels = torch::full({3}, y);
    EXPECT_NEAR(bce.real(kLogits, labels).item<double>(), expected, 1e-6) << y;
    EXPECT_NEAR(bce.fake(kLogits, labels).item<double>(), expected, 1e-6) << y;
  }
}

TEST(Loss, NonSaturatingGeneratorMaximisesLogD) {
  const double expected = mean_over_logits([](double x) { return -std::log(sigmoid(x)); });
  EXPECT_NEAR(find_row(losses(), "bce", "loss").generator(kLogits).item<double>(), expected, 1e-6);
}

TEST(Loss, MinimaxGeneratorMinimisesLogOneMinusD) {
  const double expected = mean_over_logits([](double x) { return std::log(1 - sigmoid(x)); });
  EXPECT_NEAR(find_row(losses(), "minimax", "loss").generator(kLogits).item<double>(), expected,
              1e-6);
}

TEST(Loss, AllStayFiniteWithFiniteGradientsAtHugeLogits) {
  for (const Loss& loss : losses()) {
    for (const float extreme : {-1e4F, 1e4F}) {
      for (int which = 0; which < 3; ++which) {
        const auto logits = torch::full({4}, extreme).requires_grad_();
        const auto labels = torch::full({4}, 0.9);
        const auto value = which == 0   ? loss.real(logits, labels)
                           : which == 1 ? loss.fake(logits, labels)
                                        : loss.generator(logits);
        value.backward();
        EXPECT_TRUE(std::isfinite(value.item<double>())) << loss.name << " " << extreme;
        EXPECT_TRUE(logits.grad().isfinite().all().item<bool>()) << loss.name << " " << extreme;
      }
    }
  }
}

TEST(Loss, UnknownNameListsTheKnownOnes) {
  try {
    find_row(losses(), "bec", "loss");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "unknown loss 'bec'; known: bce, minimax; did you mean 'bce'?");
  }
}

}  // namespace
}  // namespace gan
