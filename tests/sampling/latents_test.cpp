#include "sampling/latents.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

#include <torch/types.h>

#include "gan_train/sampling/sample.hpp"

namespace gan {
namespace {

ModelConfig latent_config(Latent latent, std::int64_t size) {
  ModelConfig config;
  config.latent = latent;
  config.latent_dim = size;
  return config;
}

double largest(const torch::Tensor& values) { return values.abs().max().item<double>(); }

TEST(Truncated, NormalLatentsAreDistributedAsIfDrawnAgain) {
  const auto config = latent_config(Latent::kNormal, 100);
  const auto drawn = draw_latents(config, 2000, 1, Stream::kSample, 0);
  for (const double threshold : {0.1, 0.7, 2.0}) {
    const auto latents = truncated(config, drawn, threshold);
    EXPECT_EQ(latents.scalar_type(), torch::kFloat32);
    EXPECT_LE(largest(latents), threshold);
    EXPECT_GT(largest(latents), 0.99 * threshold);
    // Drawing again does not change the distribution of values below the threshold.
    const auto accepted = drawn.masked_select(drawn.abs() <= threshold);
    const auto quantiles = torch::tensor({0.02, 0.1, 0.25, 0.5, 0.7, 0.95}, torch::kFloat32);
    const auto some = [](const torch::Tensor& values) {
      return values.flatten().slice(0, 0, 15000);
    };
    EXPECT_LT(largest(some(latents).quantile(quantiles) - some(accepted).quantile(quantiles)),
              0.03 * threshold);
  }
}

TEST(Truncated, AHighThresholdChangesNothing) {
  const auto config = latent_config(Latent::kNormal, 4);
  auto latents = draw_latents(config, 1000, 1, Stream::kSample, 0);
  latents[0][0] = 6.5;
  for (const double threshold : {9.0, 10.0, 100.0}) {
    const auto same = truncated(config, latents, threshold);
    EXPECT_TRUE(torch::allclose(same, latents, 1e-4, 1e-6)) << threshold;
  }
}

TEST(Truncated, UniformLatentsAreScaled) {
  const auto config = latent_config(Latent::kUniform, 10);
  const auto drawn = draw_latents(config, 64, 1, Stream::kSample, 0);
  EXPECT_TRUE(torch::equal(truncated(config, drawn, 0.5), drawn * 0.5));
  EXPECT_TRUE(torch::equal(truncated(config, drawn, 3), drawn));
}

TEST(Walk, VisitsEachInputAndGoesBackToTheFirst) {
  const auto config = latent_config(Latent::kNormal, 8);
  const auto inputs =
      torch::cat({draw_latents(config, 5, 1, Stream::kSample, 0), torch::eye(5)}, 1);
  const auto walk = latent_walk(config, inputs, 10);
  ASSERT_EQ(walk.sizes(), torch::IntArrayRef({50, 13}));
  EXPECT_TRUE(torch::equal(walk.slice(0, 0, 50, 10), inputs));
  // No step is much larger than a tenth of a leg; the last leads back to the start.
  const auto steps = (walk.roll(-1, 0) - walk).narrow(1, 0, 8).norm(2, 1);
  EXPECT_LT(largest(steps), 1.2);
  // Half way from the last class to the first.
  EXPECT_TRUE(torch::allclose(walk[45].narrow(0, 8, 5), torch::tensor({0.5, 0., 0., 0., 0.5})));
}

TEST(Walk, FollowsGreatCircles) {
  const auto config = latent_config(Latent::kNormal, 2);
  const auto walk = latent_walk(config, torch::tensor({{2.0F, 0.0F}, {0.0F, 2.0F}}), 4);
  for (int i = 0; i < 8; ++i) {
    const double angle = std::numbers::pi / 8 * (i <= 4 ? i : 8 - i);
    EXPECT_NEAR(walk[i][0].item<double>(), 2 * std::cos(angle), 1e-6) << i;
    EXPECT_NEAR(walk[i][1].item<double>(), 2 * std::sin(angle), 1e-6) << i;
  }
}

TEST(Walk, GoesStraightWhereThereIsNoGreatCircle) {
  const auto config = latent_config(Latent::kNormal, 2);
  for (const auto& to : {torch::tensor({3.0F, 0.0F}), torch::tensor({-1.0F, 0.0F}),
                         torch::tensor({1.0F, 0.0F}), torch::tensor({0.0F, 0.0F})}) {
    const auto walk = latent_walk(config, torch::stack({torch::tensor({1.0F, 0.0F}), to}), 2);
    EXPECT_TRUE(walk.isfinite().all().item<bool>()) << to;
    EXPECT_TRUE(torch::equal(walk[0], torch::tensor({1.0F, 0.0F})));
    EXPECT_TRUE(torch::equal(walk[2], to));
  }
}

TEST(Walk, UniformLatentsStayInTheirRange) {
  const auto config = latent_config(Latent::kUniform, 2);
  const auto walk = latent_walk(config, torch::tensor({{1.0F, 0.1F}, {0.9F, -1.0F}}), 9);
  EXPECT_LE(largest(walk), 1.0);
}

TEST(Plane, GoesThroughTheFirstAndKeepsTheDistribution) {
  const auto config = latent_config(Latent::kNormal, 3000);
  const auto inputs =
      torch::cat({draw_latents(config, 3, 1, Stream::kSample, 0), torch::eye(3)}, 1);
  const auto plane = latent_plane(config, inputs, 5);
  ASSERT_EQ(plane.sizes(), torch::IntArrayRef({25, 3003}));
  EXPECT_TRUE(torch::equal(plane[12], inputs[0]));
  const auto row = [&](int i) { return inputs[i].narrow(0, 0, 3000); };
  // One cell to the right, and one down.
  EXPECT_TRUE(torch::allclose(plane[14].narrow(0, 0, 3000), (row(0) + row(1)) / std::sqrt(2.0),
                              1e-4, 1e-5));
  EXPECT_TRUE(torch::allclose(plane[22].narrow(0, 0, 3000), (row(0) + row(2)) / std::sqrt(2.0),
                              1e-4, 1e-5));
  for (int i = 0; i < 25; ++i) {
    EXPECT_NEAR(plane[i].narrow(0, 0, 3000).std().item<double>(), 1.0, 0.05) << i;
    EXPECT_TRUE(torch::equal(plane[i].narrow(0, 3000, 3), torch::tensor({1.0F, 0.0F, 0.0F})));
  }
}

}  // namespace
}  // namespace gan
