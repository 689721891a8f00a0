#include "losses/loss.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include <torch/types.h>

#include "gan_train/core/registry.hpp"
#include "message.hpp"

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
  const Loss& bce = find_row(losses(), LossKind::kBce);
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
  EXPECT_NEAR(find_row(losses(), LossKind::kBce).generator(kLogits).item<double>(), expected, 1e-6);
}

TEST(Loss, MinimaxGeneratorMinimisesLogOneMinusD) {
  const double expected = mean_over_logits([](double x) { return std::log(1 - sigmoid(x)); });
  EXPECT_NEAR(find_row(losses(), LossKind::kMinimax).generator(kLogits).item<double>(), expected,
              1e-6);
}

TEST(Loss, LsganIsHalfTheSquaredDistanceToTheLabel) {
  const Loss& lsgan = find_row(losses(), LossKind::kLsgan);
  for (const double y : {1.0, 0.9, 0.0, -1.0}) {
    const double expected = mean_over_logits([&](double x) { return 0.5 * (x - y) * (x - y); });
    EXPECT_NEAR(lsgan.real(kLogits, torch::full({3}, y)).item<double>(), expected, 1e-6) << y;
    EXPECT_NEAR(lsgan.fake(kLogits, torch::full({3}, y)).item<double>(), expected, 1e-6) << y;
  }
  EXPECT_NEAR(lsgan.generator(kLogits).item<double>(),
              mean_over_logits([](double x) { return 0.5 * (x - 1) * (x - 1); }), 1e-6);
}

TEST(Loss, HingeStopsAtItsMargin) {
  const Loss& hinge = find_row(losses(), LossKind::kHinge);
  const auto none = torch::zeros({3});
  EXPECT_NEAR(hinge.real(kLogits, none).item<double>(), (3.0 + 0.5 + 0.0) / 3, 1e-6);
  EXPECT_NEAR(hinge.fake(kLogits, none).item<double>(), (0.0 + 1.5 + 4.0) / 3, 1e-6);
  EXPECT_NEAR(hinge.generator(kLogits).item<double>(), -(-2.0 + 0.5 + 3.0) / 3, 1e-6);
}

TEST(Loss, WassersteinIsTheDifferenceOfTheMeans) {
  const Loss& critic = find_row(losses(), LossKind::kWasserstein);
  const auto none = torch::zeros({3});
  EXPECT_NEAR(critic.real(kLogits, none).item<double>(), -0.5, 1e-6);
  EXPECT_NEAR(critic.fake(kLogits, none).item<double>(), 0.5, 1e-6);
  EXPECT_NEAR(critic.generator(kLogits).item<double>(), -0.5, 1e-6);
}

TEST(Loss, RelativisticComparesWithinPairs) {
  const Loss& loss = find_row(losses(), LossKind::kRelativistic);
  ASSERT_TRUE(loss.needs_pairs());
  const auto other = torch::tensor({1.0F, -1.0F, 3.5F});
  const double expected =
      (std::log1p(std::exp(3.0)) + std::log1p(std::exp(-1.5)) + std::log1p(std::exp(0.5))) / 3;
  EXPECT_NEAR(loss.pairs(kLogits, other).item<double>(), expected, 1e-6);
  // Only differences count.
  EXPECT_NEAR(loss.pairs(kLogits + 7, other + 7).item<double>(), expected, 1e-6);
}

std::string complaint(const LossConfig& loss, const TrainConfig& train = {}) {
  return usage_message_of([&] { check_loss(loss, train); });
}

TEST(Loss, LabelsMustSuitTheLoss) {
  for (const LossKind kind : {LossKind::kBce, LossKind::kMinimax}) {
    EXPECT_EQ(complaint({.kind = kind, .real_label = {0.8, 1.0}}), "");
    EXPECT_EQ(complaint({.kind = kind, .real_label = {0.8, 1.2}}),
              str("loss.real_label: the loss ", kind,
                  " takes labels from 0 to 1, found 1.2; use loss.kind = lsgan for others"));
    EXPECT_NE(complaint({.kind = kind, .fake_label = {-1, -1}}), "");
  }
  EXPECT_EQ(complaint({.kind = LossKind::kLsgan, .fake_label = {-1, -1}, .label_flip = 0.1}), "");
  for (const LossKind kind : {LossKind::kHinge, LossKind::kWasserstein, LossKind::kRelativistic}) {
    EXPECT_EQ(complaint({.kind = kind}), "");
    EXPECT_EQ(complaint({.kind = kind, .real_label = {0.9, 0.9}}),
              str("loss.real_label: the loss ", kind,
                  " has no labels; leave it out, or use loss.kind = bce, minimax or lsgan"));
    EXPECT_EQ(complaint({.kind = kind, .label_flip = 0.1}),
              str("loss.label_flip: the loss ", kind, " has no labels to flip; set it to 0"));
  }
}

TEST(Loss, PairsNeedBothHalvesAtOnce) {
  TrainConfig train;
  train.discriminator_update = DiscriminatorUpdate::kJoint;
  EXPECT_EQ(complaint({.kind = LossKind::kRelativistic}, train), "");
  train.discriminator_update = DiscriminatorUpdate::kSeparate;
  EXPECT_EQ(complaint({.kind = LossKind::kHinge}, train), "");
  EXPECT_EQ(
      complaint({.kind = LossKind::kRelativistic}, train),
      "train.discriminator_update: the loss relativistic compares real with generated images, "
      "so D needs both at once; use summed or joint");
  train.discriminator_update = DiscriminatorUpdate::kSummed;
  train.discriminator_batch = DiscriminatorBatch::kHalf;
  EXPECT_EQ(complaint({.kind = LossKind::kRelativistic}, train),
            "train.discriminator_batch: the loss relativistic needs a real image for each of G's; "
            "use full");
}

TEST(Loss, AllStayFiniteWithFiniteGradientsAtHugeLogits) {
  for (const Loss& loss : losses()) {
    for (const float extreme : {-1e4F, 1e4F}) {
      for (int which = 0; which < 3; ++which) {
        const auto logits = torch::full({4}, extreme).requires_grad_();
        const auto labels = torch::full({4}, 0.9);
        const auto value = loss.needs_pairs() ? loss.pairs(logits, torch::zeros({4}))
                           : which == 0       ? loss.real(logits, labels)
                           : which == 1       ? loss.fake(logits, labels)
                                              : loss.generator(logits);
        value.backward();
        EXPECT_TRUE(std::isfinite(value.item<double>())) << loss.kind << " " << extreme;
        EXPECT_TRUE(logits.grad().isfinite().all().item<bool>()) << loss.kind << " " << extreme;
      }
    }
  }
}

}  // namespace
}  // namespace gan
