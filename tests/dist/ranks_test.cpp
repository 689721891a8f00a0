#include "dist/ranks.hpp"

#include <cmath>
#include <functional>
#include <gtest/gtest.h>
#include <mutex>
#include <thread>

#include <torch/autograd.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/utils.h>

#include "data/idx_files.hpp"
#include "dist/thread_ranks.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/train/loop.hpp"
#include "gan_train/train/trainer.hpp"
#include "message.hpp"
#include "models/batch_norm.hpp"
#include "tiny_config.hpp"
#include "train/loop_state.hpp"

namespace gan {
namespace {

TEST(Ranks, AProcessOnItsOwnIsAGroupOfOne) {
  EXPECT_TRUE(single_rank().is_first());
  EXPECT_FALSE(single_rank().has_peers());
  std::vector<torch::Tensor> tensors = {torch::ones({3})};
  average_over_ranks(single_rank(), tensors);
  EXPECT_TRUE(torch::equal(tensors[0], torch::ones({3})));
}

TEST(Ranks, AverageShareAndBroadcast) {
  ThreadRanks(4).run([](Ranks& ranks) {
    const auto rank = static_cast<float>(ranks.rank());
    std::vector<torch::Tensor> tensors = {torch::full({2, 3}, rank), torch::full({1}, 10 * rank)};
    average_over_ranks(ranks, tensors);
    EXPECT_TRUE(torch::equal(tensors[0], torch::full({2, 3}, 1.5F)));
    EXPECT_TRUE(torch::equal(tensors[1], torch::full({1}, 15.0F)));
    const auto counts = torch::full({2}, ranks.rank() + 7, torch::kInt64);
    broadcast_all(ranks, {counts});
    EXPECT_TRUE(torch::equal(counts, torch::full({2}, 7, torch::kInt64)));
    EXPECT_EQ(share_of(12, ranks.rank(), ranks.size()).begin, 3 * ranks.rank());
    EXPECT_EQ(share_of(12, ranks.rank(), ranks.size()).count, 3);
  });
}

TEST(Ranks, AWeightThatDiffersInABitIsFound) {
  std::vector<int> found(4);
  ThreadRanks(4).run([&](Ranks& ranks) {
    auto weights = torch::ones({100});
    if (ranks.rank() == 3) weights[42] = std::nextafter(1.0F, 2.0F);
    try {
      check_equal_over_ranks(ranks, {weights}, 100);
    } catch (const Error& error) {
      found[static_cast<std::size_t>(ranks.rank())] = 1;
      EXPECT_NE(std::string(error.what()).find("step 100: rank 3 of 4"), std::string::npos);
    }
  });
  EXPECT_EQ(found, (std::vector<int>{0, 0, 0, 1}));
}

Config shared_config() {
  Config config = tiny_config();
  config.data.synthetic_size = 96;  // divisible among up to four ranks
  config.model.conditional = Conditional::kProjection;
  config.loss.penalty = PenaltyKind::kR1;
  config.loss.penalty_every = 2;
  config.loss.real_label = {0.8, 1.0};
  config.train.ema = 0.9;
  config.train.epochs = 100;
  return config;
}

// Initial weights come from the process's random generator, which the threads share.
Trainer trainer_on_a_thread(const Config& config, const Dataset& data, Ranks& ranks) {
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  return Trainer(config, data, ranks);
}

// A step also seeds that generator, so it must wait until all ranks have their weights.
void await_all_ranks(Ranks& ranks) { mean_over_ranks(ranks, torch::zeros({1})); }

struct Trace {
  std::vector<torch::Tensor> metrics;
  std::vector<torch::Tensor> weights;
};

// Rank 0's metrics of 50 steps, and its weights afterwards.
Trace trace_of(const Config& config, int size, int muted = -1) {
  const Dataset data = load_dataset(config.data);
  Trace trace;
  ThreadRanks(size, muted).run([&](Ranks& ranks) {
    Trainer trainer = trainer_on_a_thread(config, data, ranks);
    await_all_ranks(ranks);
    for (int i = 0; i < 50; ++i) {
      const auto metrics = mean_over_ranks(ranks, trainer.step());
      if (ranks.is_first()) trace.metrics.push_back(metrics);
    }
    if (!ranks.is_first()) return;
    for (const auto* net :
         {&trainer.networks.generator, &trainer.networks.discriminator, &trainer.ema}) {
      for (const auto& weight : (*net)->parameters()) {
        trace.weights.push_back(weight.detach().clone());
      }
      for (const auto& statistic : (*net)->buffers()) {
        trace.weights.push_back(statistic.to(torch::kFloat32));
      }
    }
  });
  return trace;
}

double largest_difference(const std::vector<torch::Tensor>& a,
                          const std::vector<torch::Tensor>& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    most = std::max(most, (a[i] - b[i]).abs().max().item<double>());
  }
  return most;
}

TEST(Ranks, TrainAsOneProcessDoesOnTheSameBatches) {
  for (const char* norm : {"none", "synchronised"}) {
    Config config = shared_config();
    if (*norm == 's') {
      config.model.arch = Arch::kDcgan;
      config.model.generator_norm = config.model.sync_batchnorm = true;
      // A bias before a norm has no effect, and its gradient is only rounding errors.
      config.model.bias = false;
    }
    const Trace one = trace_of(config, 1);
    for (const int size : {2, 4}) {
      const Trace many = trace_of(config, size);
      EXPECT_LT(largest_difference(one.metrics, many.metrics), 1e-5) << norm << " " << size;
      EXPECT_LT(largest_difference(one.weights, many.weights), 1e-4) << norm << " " << size;
    }
  }
}

// Runs `work` on another thread, as autograd does for the backward pass of CUDA tensors.
void on_another_thread(const std::function<void()>& work) { std::thread(work).join(); }

// The gradient of a batch's first half with respect to a loss on both halves.
torch::Tensor gradient_through_norm(Ranks& ranks, const torch::Tensor& batch, bool hop) {
  const Share own = share_of(batch.size(0), ranks.rank(), ranks.size());
  torch::nn::Sequential net(std::make_shared<SyncBatchNormImpl<2>>(batch.size(1)));
  sync_batch_norms(*net, ranks);
  const auto x = batch.narrow(0, own.begin, own.count).clone().requires_grad_();
  const auto loss = net->forward(x).pow(3).sum();
  torch::Tensor gradient;
  const auto backward = [&] { gradient = torch::autograd::grad({loss}, {x})[0]; };
  hop ? on_another_thread(backward) : backward();
  return gradient;
}

TEST(Ranks, SynchronisedNormSumsItsGradientsWhateverThreadRunsBackward) {
  torch::manual_seed(1);
  const auto batch = torch::randn({8, 3, 4, 4});
  const auto whole = gradient_through_norm(single_rank(), batch, false);
  for (const bool hop : {false, true}) {
    std::vector<torch::Tensor> parts(2);
    ThreadRanks(2).run([&](Ranks& ranks) {
      parts[static_cast<std::size_t>(ranks.rank())] = gradient_through_norm(ranks, batch, hop);
    });
    EXPECT_TRUE(torch::allclose(torch::cat(parts), whole, 1e-4, 1e-5)) << hop;
  }
}

TEST(Ranks, TrainOnDataOnDiskAsOnDataInMemory) {
  Config config = shared_config();
  const ShapesOnDisk files(config.data);
  const Trace memory = trace_of(config, 2);
  config.data.in_memory = InMemory::kFalse;
  const Trace disk = trace_of(config, 2);
  EXPECT_EQ(largest_difference(memory.metrics, disk.metrics), 0.0);
  EXPECT_EQ(largest_difference(memory.weights, disk.weights), 0.0);
}

TEST(Ranks, ARankLeftOutOfTheMeanIsSeen) {
  const Config config = shared_config();
  const Trace one = trace_of(config, 1), muted = trace_of(config, 2, /*muted=*/1);
  EXPECT_GT(largest_difference(one.weights, muted.weights), 1e-3);
}

TEST(Ranks, CompareTheirWeightsEveryHundredSteps) {
  const Config config = shared_config();
  const Dataset data = load_dataset(config.data);
  std::vector<std::string> errors(2);
  ThreadRanks(2).run([&](Ranks& ranks) {
    Trainer trainer = trainer_on_a_thread(config, data, ranks);
    await_all_ranks(ranks);
    if (!ranks.is_first()) {
      auto bits = trainer.networks.discriminator->parameters().front().detach().view(torch::kInt32);
      bits.flatten()[5].bitwise_xor_(1 << 8);
    }
    try {
      while (trainer.steps_done() < 100) trainer.step();
    } catch (const Error& error) {
      errors[static_cast<std::size_t>(ranks.rank())] = error.what();
    }
  });
  EXPECT_EQ(errors[0], "");
  EXPECT_TRUE(errors[1].starts_with("step 100: rank 1 of 2 has different weights")) << errors[1];
}

TEST(Ranks, ShareTheStateOfTheFirst) {
  const Config config = shared_config();
  const Dataset data = load_dataset(config.data);
  ThreadRanks(2).run([&](Ranks& ranks) {
    Trainer trainer(config, data, ranks);
    if (ranks.is_first()) {
      const torch::NoGradGuard no_grad;
      trainer.networks.generator->parameters().front().fill_(3.0);
      trainer.ema->parameters().front().fill_(4.0);
      trainer.set_steps_done(7);
      trainer.augmentation = 0.25;
      trainer.g_optimizer.load(trainer.g_optimizer.state(), 5);
    }
    trainer.share_state();
    EXPECT_EQ(trainer.networks.generator->parameters().front().mean().item<float>(), 3.0F);
    EXPECT_EQ(trainer.ema->parameters().front().mean().item<float>(), 4.0F);
    EXPECT_EQ(trainer.steps_done(), 7);
    EXPECT_EQ(trainer.augmentation, 0.25);
    EXPECT_EQ(trainer.g_optimizer.steps(), 5);
  });
}

// Each rank sees another sign on its images; their mean changes the probability of both.
TEST(Ranks, ShareTheProbabilityOfAugmentation) {
  Config config = shared_config();
  config.augment = {.brightness = 0.5, .target = 0.05};
  const Dataset data = load_dataset(config.data);
  std::vector<double> found(2);
  ThreadRanks(2).run([&](Ranks& ranks) {
    Trainer trainer = trainer_on_a_thread(config, data, ranks);
    trainer.augmentation = 0.5;
    while (trainer.steps_done() < 40) trainer.step();
    found[static_cast<std::size_t>(ranks.rank())] = trainer.augmentation;
  });
  EXPECT_EQ(found[0], found[1]);
  EXPECT_NE(found[0], 0.5);
}

TEST(Ranks, StopAtTheSameStepWhereOneOfThemIsToldTo) {
  const Config config = shared_config();
  const Dataset data = load_dataset(config.data);
  std::vector<std::int64_t> stopped(3);
  ThreadRanks(3).run([&](Ranks& ranks) {
    Config own = config;
    own.train.batch_size = 24;
    Trainer trainer = trainer_on_a_thread(own, data, ranks);
    await_all_ranks(ranks);
    LoopState state;
    Hooks hooks;
    hooks.stop = [&] { return ranks.rank() == 1 && trainer.steps_done() == 5; };
    EXPECT_FALSE(run_training(trainer, state, hooks));
    stopped[static_cast<std::size_t>(ranks.rank())] = trainer.steps_done();
  });
  EXPECT_EQ(stopped, (std::vector<std::int64_t>{5, 5, 5}));
}

TEST(Ranks, RefuseToCaptureASumThatLeavesTheDevice) {
  Config config = shared_config();
  config.train.cuda_graph = true;
  const Dataset data = load_dataset(config.data);
  EXPECT_NO_THROW(Trainer(config, data));
  ThreadRanks(2).run([&](Ranks& ranks) {
    EXPECT_EQ(usage_message_of([&] { Trainer(config, data, ranks); }),
              "train.cuda_graph: works with one process only; leave it out under mpirun");
  });
}

TEST(Ranks, RefuseABatchThatCannotBeShared) {
  Config config = shared_config();
  config.train.batch_size = 30;
  const Dataset data = load_dataset(config.data);
  ThreadRanks(4).run([&](Ranks& ranks) { EXPECT_THROW(Trainer(config, data, ranks), Error); });
}

}  // namespace
}  // namespace gan
