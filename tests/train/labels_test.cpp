#include "../../src/train/labels.hpp"

#include <gtest/gtest.h>

#include <torch/torch.h>

namespace gan {
namespace {

TEST(Labels, AreTheNumbersAskedFor) {
  const Labels labels = draw_labels({.real_label = {0.9, 0.9}}, 5, 1, 0);
  EXPECT_TRUE(torch::equal(labels.real, torch::full({5}, 0.9)));
  EXPECT_TRUE(torch::equal(labels.fake, torch::zeros({5})));
}

TEST(Labels, FlipsSwapAShareOfThemOnEachSide) {
  const LossConfig config{.label_flip = 0.2};
  const Labels labels = draw_labels(config, 20000, 1, 3);
  EXPECT_NEAR(labels.real.mean().item<double>(), 0.8, 0.01);
  EXPECT_NEAR(labels.fake.mean().item<double>(), 0.2, 0.01);
  EXPECT_NEAR(labels.real.eq(labels.fake).to(torch::kFloat32).mean().item<double>(), 2 * 0.2 * 0.8,
              0.01);  // each side on its own
  EXPECT_TRUE(torch::equal(labels.real, draw_labels(config, 20000, 1, 3).real));
  EXPECT_FALSE(torch::equal(labels.real, draw_labels(config, 20000, 1, 4).real));
}

TEST(Labels, AFlippedImageTakesALabelOfTheOtherSide) {
  const LossConfig config{.real_label = {0.8, 1.0}, .fake_label = {0.0, 0.1}, .label_flip = 0.3};
  const LossConfig unflipped{.real_label = {0.8, 1.0}, .fake_label = {0.0, 0.1}};
  const Labels labels = draw_labels(config, 1000, 1, 0), plain = draw_labels(unflipped, 1000, 1, 0);
  const auto kept = labels.real.eq(plain.real);
  EXPECT_TRUE(torch::equal(labels.real, torch::where(kept, plain.real, plain.fake)));
  EXPECT_NEAR(kept.to(torch::kFloat32).mean().item<double>(), 0.7, 0.05);
}

}  // namespace
}  // namespace gan
