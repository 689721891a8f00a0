#include "train/step_graph.hpp"

#include <gtest/gtest.h>

#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/utils.h>

#include "data/idx_files.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/train/trainer.hpp"
#include "tiny_config.hpp"
#include "train/device.hpp"

namespace gan {
namespace {

// Everything that a step may draw: classes, label ranges, dropout, several updates of D, a short
// last batch, views, noise, an occasional penalty with drawn points, a decreasing learning rate.
Config captured_config() {
  Config config = tiny_config();
  config.model.conditional = Conditional::kConcat;
  config.model.dropout = 0.3;
  config.loss.real_label = {0.8, 1.0};
  config.loss.label_flip = 0.1;
  config.loss.penalty = PenaltyKind::kWganGp;
  config.loss.penalty_every = 3;
  config.optim.schedule = Schedule::kLinear;
  config.augment = {
      .translation = 0.2, .cutout = 0.3, .brightness = 0.1, .contrast = 0.5, .target = 0.3};
  config.train.instance_noise = 0.2;
  config.train.discriminator_steps = 2;
  config.train.ema = 0.9;
  config.train.epochs = 10;
  return config;
}

// On the CPU a replay repeats the step's work on the buffers.
TEST(StepGraph, ReplayedStepsAreTheStepsAsTheyCome) {
  Config config = captured_config();
  const Dataset data = load_dataset(config.data);
  Trainer plain(config, data);
  config.train.cuda_graph = true;
  Trainer replayed(config, data);
  plain.augmentation = replayed.augmentation = 0.5;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(torch::equal(plain.step(), replayed.step())) << "step " << i;
  }
  EXPECT_NE(plain.augmentation, 0.5);
  EXPECT_EQ(plain.augmentation, replayed.augmentation);
  const auto expected = plain.ema->parameters(), actual = replayed.ema->parameters();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_TRUE(torch::equal(expected[i], actual[i]));
  }
}

// A penalty without draws changes no tensor's shape, but changes the step.
TEST(StepGraph, StepsWithAPenaltyAreNotReplayedAsThoseWithout) {
  Config config = tiny_config();
  config.loss.penalty = PenaltyKind::kR1;
  config.loss.penalty_every = 3;
  const Dataset data = load_dataset(config.data);
  Trainer plain(config, data);
  config.train.cuda_graph = true;
  Trainer replayed(config, data);
  for (int i = 0; i < 13; ++i) {
    ASSERT_TRUE(torch::equal(plain.step(), replayed.step())) << "step " << i;
  }
}

TEST(StepGraph, ReplayedStepsReadTheirImagesFromDisk) {
  Config config = captured_config();
  const ShapesOnDisk files(config.data);
  Trainer plain(config, load_held(config.data, true));
  config.train.cuda_graph = true;
  Trainer replayed(config, load_held(config.data, false));
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(torch::equal(plain.step(), replayed.step())) << "step " << i;
  }
}

TEST(StepGraph, WarmsUpThenCapturesAndRefillsBeforeEachReplay) {
  StepGraphs graphs(torch::kCPU, single_rank());
  std::vector<const void*> seen;  // addresses of each step's latents
  for (const float value : {5.0F, 9.0F, 7.0F, 3.0F}) {
    StepInputs inputs;
    inputs.d.emplace_back().latents = torch::full({1}, value);
    const auto result = graphs.run(inputs, [&](const StepInputs& in) {
      seen.push_back(in.d[0].latents.const_data_ptr());
      return in.d[0].latents * 2;
    });
    EXPECT_EQ(result.item<float>(), 2 * value);
  }
  ASSERT_EQ(seen.size(), 4u);
  EXPECT_NE(seen[0], seen[1]);
  EXPECT_EQ(seen[1], seen[2]);  // the buffers of the capture
  EXPECT_EQ(seen[2], seen[3]);
}

TEST(Device, ChannelsLastMovesNoNumber) {
  torch::manual_seed(3);
  torch::nn::Sequential net(torch::nn::Conv2d(3, 5, 3), torch::nn::Flatten());
  const auto input = torch::randn({2, 3, 6, 6});
  const auto before = net->forward(input);
  to_channels_last(*net);
  const auto weight = net->parameters().front();
  EXPECT_TRUE(weight.is_contiguous(at::MemoryFormat::ChannelsLast));
  EXPECT_TRUE(weight.requires_grad());
  EXPECT_TRUE(torch::allclose(before, net->forward(input), 1e-5, 1e-6));
}

}  // namespace
}  // namespace gan
