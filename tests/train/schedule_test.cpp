#include "train/schedule.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

namespace gan {
namespace {

TEST(Schedule, ConstantIsOneThroughout) {
  for (const std::int64_t step : {0, 50, 99}) EXPECT_EQ(lr_factor(OptimConfig(), step, 100), 1.0);
}

TEST(Schedule, LinearFallsFromItsStartToTheEnd) {
  OptimConfig config;
  config.schedule = Schedule::kLinear;
  EXPECT_EQ(lr_factor(config, 0, 100), 1.0);
  EXPECT_NEAR(lr_factor(config, 25, 100), 0.75, 1e-12);
  EXPECT_NEAR(lr_factor(config, 99, 100), 0.01, 1e-12);
  config.decay_start = 0.5;
  EXPECT_EQ(lr_factor(config, 0, 100), 1.0);
  EXPECT_EQ(lr_factor(config, 50, 100), 1.0);
  EXPECT_NEAR(lr_factor(config, 75, 100), 0.5, 1e-12);
  EXPECT_NEAR(lr_factor(config, 99, 100), 0.02, 1e-12);
}

TEST(Schedule, CosineFallsAlongHalfACosine) {
  OptimConfig config;
  config.schedule = Schedule::kCosine;
  for (const std::int64_t step : {0, 10, 50, 99}) {
    const double angle = std::numbers::pi * static_cast<double>(step) / 100;
    EXPECT_NEAR(lr_factor(config, step, 100), (1 + std::cos(angle)) / 2, 1e-12) << step;
  }
  config.decay_start = 0.2;
  EXPECT_EQ(lr_factor(config, 20, 100), 1.0);
  EXPECT_NEAR(lr_factor(config, 60, 100), 0.5, 1e-12);
}

TEST(Schedule, WarmUpRisesToWhatTheScheduleSays) {
  OptimConfig config;
  config.warmup_steps = 4;
  EXPECT_EQ(lr_factor(config, 0, 100), 0.25);
  EXPECT_EQ(lr_factor(config, 2, 100), 0.75);
  EXPECT_EQ(lr_factor(config, 3, 100), 1.0);
  EXPECT_EQ(lr_factor(config, 90, 100), 1.0);
  config.schedule = Schedule::kLinear;
  EXPECT_NEAR(lr_factor(config, 1, 100), 0.5 * 0.99, 1e-12);
  EXPECT_NEAR(lr_factor(config, 50, 100), 0.5, 1e-12);
}

TEST(Schedule, InstanceNoiseFallsToZero) {
  TrainConfig config;
  EXPECT_EQ(noise_level(config, 0, 10), 0.0);
  config.instance_noise = 0.4;
  EXPECT_EQ(noise_level(config, 0, 10), 0.4);
  EXPECT_NEAR(noise_level(config, 5, 10), 0.2, 1e-12);
  EXPECT_NEAR(noise_level(config, 9, 10), 0.04, 1e-12);
}

}  // namespace
}  // namespace gan
