#include "gan_train/train/loop.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <tuple>

#include <torch/types.h>
#include <torch/utils.h>

#include "gan_train/train/trainer.hpp"
#include "message.hpp"
#include "tiny_config.hpp"
#include "train/loop_state.hpp"

namespace gan {
namespace {

Config two_short_epochs() {
  Config config = tiny_config();
  config.train.epochs = 2;
  return config;
}

TEST(Loop, LogsEachEpochAndIntervalAndStopsWhenAsked) {
  Config config = two_short_epochs();
  config.output.log_every = 3;
  Trainer trainer(config, load_dataset(config.data));
  LoopState state;
  std::vector<std::int64_t> epochs;
  std::vector<std::int64_t> rows;
  Hooks hooks;
  hooks.on_epoch = [&](const LogRow& row) {
    epochs.push_back(row.epoch);
    EXPECT_EQ(row.step, 4 * row.epoch);
  };
  hooks.on_log = [&](const LogRow& row) { rows.push_back(row.step); };
  hooks.stop = [&] { return trainer.steps_done() == 5; };
  EXPECT_FALSE(run_training(trainer, state, hooks));
  EXPECT_EQ(state.epoch.steps, 1);
  hooks.stop = nullptr;
  EXPECT_TRUE(run_training(trainer, state, hooks));
  EXPECT_EQ(epochs, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(rows, (std::vector<std::int64_t>{3, 6}));
}

TEST(Loop, ReadingMetricsSeldomChangesNoRow) {
  Config config = two_short_epochs();
  config.output.log_every = 3;
  const auto rows_of = [&](std::int64_t read_every) {
    Trainer trainer(config, load_dataset(config.data));
    LoopState state;
    std::vector<std::tuple<std::int64_t, double, double>> rows;
    std::int64_t reads = 0;
    Hooks hooks;
    hooks.read_every = read_every;
    hooks.on_step = [&](const LogRow&) { ++reads; };
    hooks.on_log = hooks.on_epoch = [&](const LogRow& row) {
      rows.emplace_back(row.step, row.metrics.d_loss, row.metrics.g_grad_norm);
    };
    EXPECT_TRUE(run_training(trainer, state, hooks));
    EXPECT_EQ(reads, read_every == 1 ? 8 : 4);  // steps 3, 4, 6 and 8
    return rows;
  };
  EXPECT_EQ(rows_of(1), rows_of(100));
}

TEST(Loop, StopsAtALossThatIsNotANumber) {
  const Config config = two_short_epochs();
  Trainer trainer(config, load_dataset(config.data));
  {
    const torch::NoGradGuard no_grad;
    trainer.networks.generator->parameters().front().fill_(std::nan(""));
  }
  LoopState state;
  const std::string message = message_of([&] { run_training(trainer, state, {}); });
  EXPECT_TRUE(message.starts_with("step 1: the discriminator's output for generated")) << message;
}

TEST(Loop, StopsAtAGradientThatIsNotFiniteWhereTheLossesAre) {
  for (const bool of_g : {true, false}) {
    const Config config = two_short_epochs();
    Trainer trainer(config, load_dataset(config.data));
    const auto& network = of_g ? trainer.networks.generator : trainer.networks.discriminator;
    network->parameters().front().register_hook(
        [](const torch::Tensor& gradient) { return gradient.add(INFINITY); });
    LoopState state;
    const std::string message = message_of([&] { run_training(trainer, state, {}); });
    const std::string who = of_g ? "generator" : "discriminator";
    EXPECT_TRUE(message.starts_with("step 1: the " + who + "'s gradient is not a")) << message;
  }
}

TEST(Loop, GoesOnWhereANumberGoneWrongWasMended) {
  Config config = two_short_epochs();
  config.train.epochs = 1;
  Trainer trainer(config, load_dataset(config.data));
  LoopState state;
  std::vector<std::string> problems;
  Hooks hooks;
  hooks.after_step = [&] {
    const torch::NoGradGuard no_grad;
    if (problems.empty()) trainer.networks.generator->parameters().back().fill_(NAN);
  };
  hooks.on_nan = [&](const std::string& what) {
    problems.push_back(what);
    const Trainer fresh(config, load_dataset(config.data));
    const torch::NoGradGuard no_grad;
    at::_foreach_copy_(trainer.g_optimizer.parameters(), fresh.g_optimizer.parameters());
    at::_foreach_copy_(trainer.d_optimizer.parameters(), fresh.d_optimizer.parameters());
    trainer.g_optimizer.load(fresh.g_optimizer.state(), 0);
    trainer.d_optimizer.load(fresh.d_optimizer.state(), 0);
    trainer.set_steps_done(0);
    state = {};
    return true;
  };
  EXPECT_TRUE(run_training(trainer, state, hooks));
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_TRUE(problems[0].starts_with("step 2: ")) << problems[0];
}

}  // namespace
}  // namespace gan
