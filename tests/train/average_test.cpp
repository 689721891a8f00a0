#include "train/average.hpp"

#include <gtest/gtest.h>

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/linear.h>
#include <torch/utils.h>

#include "gan_train/sampling/sample.hpp"
#include "gan_train/train/trainer.hpp"
#include "tiny_config.hpp"

namespace gan {
namespace {

Config normed_config() {
  Config config = tiny_config();
  config.data.synthetic_size = 256;
  config.data.drop_last = true;
  config.model.latent_dim = 8;
  config.model.generator_widths = {32, 32};
  config.model.discriminator_widths = {32};
  config.model.generator_norm = true;
  config.optim.lr = 3e-3;
  config.train.epochs = 20;
  config.train.ema = 0.98;
  return config;
}

TEST(Average, StatisticsAreTheMeanOverBatches) {
  torch::nn::Sequential net(torch::nn::Linear(3, 4), torch::nn::BatchNorm1d(4));
  torch::manual_seed(1);
  net->eval();
  const auto a = torch::randn({16, 3}), b = 2 * torch::randn({16, 3}) + 1;
  recompute_statistics(*net, [&] {
    net->forward(a);
    net->forward(b);
  });
  const torch::NoGradGuard no_grad;
  const auto x = net[0]->as<torch::nn::Linear>()->forward(a);
  const auto y = net[0]->as<torch::nn::Linear>()->forward(b);
  auto& norm = *net[1]->as<torch::nn::BatchNorm1d>();
  EXPECT_TRUE(torch::allclose(norm.running_mean, (x.mean(0) + y.mean(0)) / 2, 1e-5, 1e-6));
  EXPECT_TRUE(torch::allclose(norm.running_var, (x.var(0) + y.var(0)) / 2, 1e-5, 1e-6));
  EXPECT_EQ(norm.options.momentum(), 0.1);
  EXPECT_FALSE(net->is_training());
}

// The weight of the initial weights in the average after 300 steps.
TEST(Average, TheFirstWeightsCountNothingAfterAFewHundredSteps) {
  double share = 1.0;
  for (std::int64_t step = 0; step < 300; ++step) share *= average_decay(0.9999, step);
  EXPECT_LT(share, 1e-9);
  EXPECT_DOUBLE_EQ(average_decay(0.999, 0), 0.1);
  EXPECT_DOUBLE_EQ(average_decay(0.999, 100000), 0.999);
}

TEST(Average, NothingIsRunWithoutBatchNorm) {
  torch::nn::Sequential net(torch::nn::Linear(3, 4));
  recompute_statistics(*net, [] { FAIL(); });
}

// Compares with the generator using the statistics of each batch, as in training.
TEST(Average, SamplesOfTheAverageAreAsBrightAndVariedAsItsWeightsMakeThem) {
  Config config = normed_config();
  Trainer trainer(config, load_dataset(config.data));
  auto mixed = std::dynamic_pointer_cast<torch::nn::SequentialImpl>(trainer.ema->clone());
  for (int i = 0; i < 100; ++i) {
    trainer.step();
    // The result of averaging the running statistics.
    const torch::NoGradGuard no_grad;
    const auto live = trainer.networks.generator->named_buffers();
    for (auto& buffer : mixed->named_buffers()) {
      if (buffer.value().is_floating_point()) buffer.value().lerp_(live[buffer.key()], 0.02);
    }
  }
  const torch::NoGradGuard no_grad;
  at::_foreach_copy_(mixed->parameters(), trainer.ema->parameters());
  const auto latents = draw_latents(config.model, 2048, 9, Stream::kSample, 0);
  const auto error_of = [&](const torch::Tensor& images, const torch::Tensor& wanted) {
    return (images.mean(0) - wanted.mean(0)).abs().mean().item<double>() +
           (images.std(0) - wanted.std(0)).abs().mean().item<double>();
  };
  mixed->train();
  const auto wanted = mixed->clone();
  const auto by_batch =
      std::dynamic_pointer_cast<torch::nn::SequentialImpl>(wanted)->forward(latents);
  const double averaged = error_of(generate(torch::nn::Sequential(mixed), latents), by_batch);
  const double recomputed = error_of(generate(trainer.sampling_generator(), latents), by_batch);
  std::cout << "error of mean and deviation: averaged statistics " << averaged << ", recomputed "
            << recomputed << "\n";
  EXPECT_LT(recomputed, averaged / 2);
  EXPECT_LT(recomputed, 0.05);
}

TEST(Average, AskingForSamplesChangesNoBitOfTheTraining) {
  const Config config = normed_config();
  const Dataset data = load_dataset(config.data);
  Trainer asked(config, data), left_alone(config, data);
  for (int i = 0; i < 5; ++i) {
    asked.sampling_generator();
    EXPECT_TRUE(torch::equal(asked.step(), left_alone.step())) << i;
  }
  const auto a = asked.sampling_generator()->buffers();
  const auto b = left_alone.sampling_generator()->buffers();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(torch::equal(a[i], b[i])) << i;
}

// As when a state is loaded that was saved at the trainer's current step.
TEST(Average, StatisticsAreMadeAnewOnceTheStepWasSet) {
  const Config config = normed_config();
  Trainer trainer(config, load_dataset(config.data));
  const auto before = trainer.sampling_generator()->buffers().front().clone();
  const torch::NoGradGuard no_grad;
  trainer.ema->parameters().front().mul_(3);
  trainer.set_steps_done(0);
  EXPECT_FALSE(torch::equal(before, trainer.sampling_generator()->buffers().front()));
}

}  // namespace
}  // namespace gan
