#include <gtest/gtest.h>

#include <torch/nn/modules/container/sequential.h>
#include <torch/utils.h>

#include "gan_train/sampling/sample.hpp"
#include "gan_train/train/metrics.hpp"
#include "gan_train/train/trainer.hpp"
#include "tiny_config.hpp"

namespace gan {
namespace {

// Weights do not change, so that a step's metrics can be computed independently.
Config still_config() {
  Config config = tiny_config();
  config.data.synthetic_size = 128;
  config.optim.lr = 1e-12;
  return config;
}

std::vector<double> d_losses(const Config& config, int steps) {
  Trainer trainer(config, load_dataset(config.data));
  std::vector<double> losses;
  for (int i = 0; i < steps; ++i) losses.push_back(step_metrics(trainer.step()).d_loss);
  return losses;
}

TEST(MethodSteps, ALazyPenaltyIsAddedInTurnTimesItsInterval) {
  for (const DiscriminatorUpdate update :
       {DiscriminatorUpdate::kSummed, DiscriminatorUpdate::kJoint,
        DiscriminatorUpdate::kSeparate}) {
    Config config = still_config();
    config.train.discriminator_update = update;
    const auto without = d_losses(config, 4);
    config.loss.penalty = PenaltyKind::kR1;
    config.loss.penalty_weight = 3;
    const auto always = d_losses(config, 4);
    config.loss.penalty_every = 3;
    const auto lazy = d_losses(config, 4);
    for (std::size_t i = 0; i < 4; ++i) {
      const double penalty = always[i] - without[i];
      EXPECT_GT(penalty, 1e-3);
      EXPECT_NEAR(lazy[i] - without[i], i % 3 == 0 ? 3 * penalty : 0.0, 1e-5) << update << i;
    }
  }
}

TEST(MethodSteps, PairsAreComparedInBothUpdates) {
  Config config = still_config();
  config.loss.kind = LossKind::kRelativistic;
  for (const DiscriminatorUpdate update :
       {DiscriminatorUpdate::kSummed, DiscriminatorUpdate::kJoint}) {
    config.train.discriminator_update = update;
    Trainer trainer(config, load_dataset(config.data));
    const auto inputs = trainer.next_inputs();
    const auto metrics = step_metrics(trainer.step());
    const torch::NoGradGuard no_grad;
    torch::Tensor real, d, g;
    const auto logits_of = [&](const torch::Tensor& latents) {
      return trainer.networks.discriminator->forward(trainer.networks.generator->forward(latents));
    };
    for (const auto& [name, tensor] : inputs) {
      if (name == "real") real = trainer.networks.discriminator->forward(tensor);
      if (name == "latents_d") d = logits_of(tensor);
      if (name == "latents_g") g = logits_of(tensor);
    }
    const auto softplus = [](const torch::Tensor& x) { return x.exp().log1p().mean(); };
    EXPECT_NEAR(metrics.d_loss, softplus(d - real).item<double>(), 1e-5) << update;
    EXPECT_NEAR(metrics.g_loss, softplus(real - g).item<double>(), 1e-5) << update;
  }
}

// Adam's first step moves each weight by the learning rate.
TEST(MethodSteps, SchedulesAndRollbacksScaleBothLearningRates) {
  Config config = still_config();
  config.optim.lr = 1e-3;
  config.optim.discriminator_lr = 2e-3;
  config.train.epochs = 25;  // of 4 steps each
  struct Case {
    Schedule schedule;
    std::int64_t warm_up;
    std::int64_t step;
    double rollback;
    double factor;
  };
  for (const Case& c :
       {Case{Schedule::kConstant, 0, 0, 1, 1}, Case{Schedule::kConstant, 10, 0, 1, 0.1},
        Case{Schedule::kLinear, 0, 60, 1, 0.4}, Case{Schedule::kCosine, 0, 50, 0.5, 0.25}}) {
    config.optim.schedule = c.schedule;
    config.optim.warmup_steps = c.warm_up;
    Trainer trainer(config, load_dataset(config.data));
    trainer.set_steps_done(c.step);
    trainer.scale_lr(c.rollback);
    const auto g = trainer.networks.generator->parameters().front().detach().clone();
    const auto d = trainer.networks.discriminator->parameters().front().detach().clone();
    trainer.step();
    const auto moved = [](const torch::Tensor& now, const torch::Tensor& before) {
      return (now.detach() - before).abs().max().item<double>();
    };
    EXPECT_NEAR(moved(trainer.networks.generator->parameters().front(), g), 1e-3 * c.factor, 1e-5);
    EXPECT_NEAR(moved(trainer.networks.discriminator->parameters().front(), d), 2e-3 * c.factor,
                1e-5);
  }
}

TEST(MethodSteps, OnlyTheDiscriminatorsWeightsAreClipped) {
  Config config = still_config();
  config.loss.weight_clip = 0.01;
  Trainer trainer(config, load_dataset(config.data));
  trainer.step();
  const auto largest = [](const torch::nn::Sequential& net) {
    double most = 0;
    for (const auto& p : net->parameters()) most = std::max(most, p.abs().max().item<double>());
    return most;
  };
  EXPECT_LE(largest(trainer.networks.discriminator), 0.0100001);
  EXPECT_GT(largest(trainer.networks.generator), 0.1);
}

// G's gradient must pass through the augmentation.
TEST(MethodSteps, WhatDIsShownChangesBothUpdates) {
  const auto metrics_with = [](auto change) {
    Config config = still_config();
    change(config);
    return Trainer(config, load_dataset(config.data)).step();
  };
  const auto plain = metrics_with([](Config&) {});
  const auto check = [&](const torch::Tensor& metrics, const char* what) {
    for (const StepMetric& row : kStepMetrics) {
      EXPECT_NE(step_metrics(metrics).*row.value, step_metrics(plain).*row.value)
          << what << row.name;
    }
    EXPECT_TRUE(metrics.isfinite().all().item<bool>());
  };
  check(metrics_with([](Config& c) { c.train.instance_noise = 0.3; }), "noise");
  check(metrics_with([](Config& c) { c.augment.translation = 0.25; }), "translation");
  check(metrics_with([](Config& c) { c.augment.cutout = 0.5; }), "cutout");
  check(metrics_with([](Config& c) { c.augment.brightness = 0.5; }), "brightness");
  check(metrics_with([](Config& c) { c.augment.contrast = 0.5; }), "contrast");
}

// 4 updates of D on 2 x 32 images each; a large bias gives all logits the same sign.
TEST(MethodSteps, TheProbabilityOfAugmentationFollowsTheSignOnRealImages) {
  Config config = still_config();
  config.augment = {.brightness = 0.5, .target = 0.6};
  config.train.discriminator_steps = 2;
  Trainer trainer(config, load_dataset(config.data));
  const torch::NoGradGuard no_grad;
  const auto bias = trainer.networks.discriminator->parameters().back();
  const double change = 4 * 2 * 32 / 100'000.0;
  const auto after_four_steps = [&](float value) {
    bias.fill_(value);
    for (int i = 0; i < 4; ++i) {
      const torch::AutoGradMode with_gradients(true);
      trainer.step();
    }
    return trainer.augmentation;
  };
  EXPECT_EQ(after_four_steps(-100), 0.0);
  EXPECT_DOUBLE_EQ(after_four_steps(100), change);
  EXPECT_DOUBLE_EQ(after_four_steps(100), 2 * change);
  EXPECT_DOUBLE_EQ(after_four_steps(-100), change);
}

TEST(MethodSteps, AdaptiveAugmentationStartsWithNoneAndEndsWithAll) {
  Config config = still_config();
  const Dataset data = load_dataset(config.data);
  const auto plain = Trainer(config, data).step();
  config.augment = {.brightness = 0.5, .target = 0.6};
  Trainer trainer(config, data);
  EXPECT_TRUE(torch::equal(trainer.step(), plain));
  trainer.set_steps_done(0);
  trainer.augmentation = 1.0;
  EXPECT_FALSE(torch::equal(trainer.step(), plain));
}

TEST(MethodSteps, LimitsOnGradientsReachBothNetworks) {
  Config config = still_config();
  config.optim.max_grad_norm = 1e-3;
  Trainer trainer(config, load_dataset(config.data));
  const auto metrics = trainer.step();
  EXPECT_GT(step_metrics(metrics).d_grad_norm, 1e-2);  // measured before clipping
  for (const Adam* adam : {&trainer.g_optimizer, &trainer.d_optimizer}) {
    double sum = 0.0;
    for (const auto& moment : adam->state().exp_avg) sum += moment.square().sum().item<double>();
    EXPECT_NEAR(2 * std::sqrt(sum), 1e-3, 1e-5);
  }
}

}  // namespace
}  // namespace gan
