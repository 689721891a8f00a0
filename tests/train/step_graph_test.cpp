#include "../../src/train/step_graph.hpp"

#include <gtest/gtest.h>

#include <torch/torch.h>

#include "gan_train/core/error.hpp"
#include "gan_train/train/device.hpp"
#include "gan_train/train/trainer.hpp"

#include "data/idx_files.hpp"
#include "tiny_config.hpp"

namespace gan {
namespace {

// All that is drawn in a step: classes, ranges of labels, dropout, several updates of D, a
// short last batch, a penalty now and then, a falling learning rate.
Config drawing_config() {
  Config config = tiny_config();
  config.model.conditional = Conditional::kConcat;
  config.model.dropout = 0.3;
  config.loss.real_label = {0.8, 1.0};
  config.loss.label_flip = 0.1;
  config.loss.penalty = PenaltyKind::kR1;
  config.loss.penalty_every = 3;
  config.optim.schedule = Schedule::kLinear;
  config.train.discriminator_steps = 2;
  config.train.ema = 0.9;
  config.train.epochs = 10;
  return config;
}

// On the CPU a replay does the step's work again, on what the feed has filled in.
TEST(StepGraph, ReplayedStepsAreTheStepsAsTheyCome) {
  Config config = drawing_config();
  const Dataset data = load_dataset(config.data);
  Trainer plain(config, data);
  config.train.cuda_graph = true;
  Trainer replayed(config, data);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(torch::equal(plain.step(), replayed.step())) << "step " << i;
  }
  const auto expected = plain.ema->parameters(), actual = replayed.ema->parameters();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_TRUE(torch::equal(expected[i], actual[i]));
  }
}

TEST(StepGraph, ReplayedStepsReadTheirImagesFromDisk) {
  Config config = drawing_config();
  const ShapesOnDisk files(config.data);
  Trainer plain(config, load_held(config.data, true));
  config.train.cuda_graph = true;
  Trainer replayed(config, load_held(config.data, false));
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(torch::equal(plain.step(), replayed.step())) << "step " << i;
  }
}

TEST(StepGraph, WarmsUpThenCapturesAndRefillsBeforeEachReplay) {
  Feed feed(torch::kCPU);
  StepGraphs graphs(feed, torch::kCPU);
  int drawn = 0, worked = 0;
  const auto run = [&](std::int64_t step) {
    return graphs.run("a shape", step, [&] {
      ++worked;
      return feed.take([&](std::int64_t at) {
        ++drawn;
        return torch::full({1}, static_cast<float>(at));
      }) * 2;
    });
  };
  for (const int step : {5, 9, 7}) EXPECT_EQ(run(step).item<float>(), 2.0F * step);
  EXPECT_EQ(drawn, 3);
  EXPECT_EQ(worked, 3);
}

TEST(StepGraph, RefusesWhatCannotBeCaptured) {
  for (const char* what : {"augment", "noise", "penalty"}) {
    Config config = drawing_config();
    config.train.cuda_graph = true;
    EXPECT_NO_THROW(check_cuda_graph(config));
    if (*what == 'a') config.augment.cutout = 0.2;
    if (*what == 'n') config.train.instance_noise = 0.1;
    if (*what == 'p') config.loss.penalty = PenaltyKind::kWganGp;
    EXPECT_THROW(check_cuda_graph(config), Error) << what;
  }
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
