#include "gan_train/sampling/sample.hpp"

#include <gtest/gtest.h>

#include <torch/types.h>

#include "gan_train/data/dataset.hpp"
#include "gan_train/models/networks.hpp"
#include "one_thread.hpp"

namespace gan {
namespace {

ModelConfig small_dcgan() {
  ModelConfig config;
  config.arch = Arch::kDcgan;
  config.generator_widths = {16, 8};
  config.discriminator_widths = {8};
  config.generator_norm = true;
  return config;
}

TEST(Latents, FollowTheirDistribution) {
  ModelConfig config;
  const auto normal = draw_latents(config, 2000, 1, Stream::kSample, 0);
  EXPECT_NEAR(normal.mean().item<double>(), 0.0, 0.01);
  EXPECT_NEAR(normal.std().item<double>(), 1.0, 0.01);
  config.latent = Latent::kUniform;
  const auto uniform = draw_latents(config, 2000, 1, Stream::kSample, 0);
  EXPECT_NEAR(uniform.std().item<double>(), 1.0 / std::sqrt(3.0), 0.01);
  EXPECT_LE(uniform.abs().max().item<double>(), 1.0);
}

TEST(DrawInBlocks, HandsOnWhatWasAskedForInOrder) {
  ModelConfig config;
  config.latent_dim = 2;
  config.generator_widths = {4};
  const auto generator = make_networks(config, {1, 2, 2}, 1).generator;
  const auto inputs = [&](std::int64_t block) {
    return draw_latents(config, kSampleBlock, 5, Stream::kSample,
                        static_cast<std::uint64_t>(block));
  };
  constexpr std::int64_t kCount = kSampleBlocksAtOnce * kSampleBlock + 70;
  std::vector<torch::Tensor> images, fed;
  draw_in_blocks(generator, kCount, inputs,
                 [&](const torch::Tensor& some, const torch::Tensor& of) {
                   images.push_back(some);
                   fed.push_back(of);
                   return true;
                 });
  ASSERT_EQ(images.size(), 2u);
  EXPECT_EQ(torch::cat(images).sizes(), torch::IntArrayRef({kCount, 1, 2, 2}));
  EXPECT_TRUE(torch::equal(torch::cat(images), generate(generator, torch::cat(fed))));
  EXPECT_TRUE(torch::equal(fed[1].narrow(0, 0, 64), inputs(kSampleBlocksAtOnce)));
  // No more blocks once it is told to stop.
  int calls = 0;
  draw_in_blocks(generator, kCount, inputs, [&](const torch::Tensor&, const torch::Tensor&) {
    ++calls;
    return false;
  });
  EXPECT_EQ(calls, 1);
}

TEST(DrawSamples, AreThoseOfGanSample) {
  Config config;
  config.model.latent_dim = 3;
  config.model.generator_widths = {8};
  const auto generator = make_networks(config.model, {1, 5, 4}, 1).generator;
  const auto some = draw_samples(generator, config, 0, 70, 5);
  EXPECT_EQ(some.sizes(), torch::IntArrayRef({70, 1, 5, 4}));
  EXPECT_EQ(some.scalar_type(), torch::kUInt8);
  const auto second = generate(generator, draw_latents(config.model, 64, 5, Stream::kSample, 1));
  EXPECT_TRUE(torch::equal(
      some.narrow(0, 64, 6),
      to_pixels(second, PixelRange::kSymmetric).permute({0, 3, 1, 2}).narrow(0, 0, 6)));
}

TEST(Generate, AnImageIsTheSameWhateverTheCount) {
  const ModelConfig config = small_dcgan();
  Networks nets = make_networks(config, {1, 28, 28}, 1);
  const auto latents = draw_latents(config, 130, 5, Stream::kSample, 0);
  const auto all = generate(nets.generator, latents);
  for (const std::int64_t n : {1, 7, 64, 65}) {
    EXPECT_TRUE(
        torch::equal(generate(nets.generator, latents.narrow(0, 0, n)), all.narrow(0, 0, n)))
        << n;
  }
}

TEST(Generate, ImagesAreTheSameForAnyNumberOfThreads) {
  const ModelConfig config = small_dcgan();
  Networks nets = make_networks(config, {1, 28, 28}, 1);
  const OneThread one_thread;               // restores the number of threads at the end
  for (const std::int64_t n : {10, 200}) {  // also for a single block
    const auto latents = draw_latents(config, n, 5, Stream::kSample, 0);
    at::set_num_threads(1);
    const auto images = generate(nets.generator, latents);
    for (const int threads : {2, 3}) {
      at::set_num_threads(threads);
      EXPECT_TRUE(torch::equal(generate(nets.generator, latents), images)) << n << " " << threads;
    }
  }
}

TEST(Generate, InBfloat16IsNearFloat32AndTheSameForAnyCount) {
  const ModelConfig config = small_dcgan();
  Networks nets = make_networks(config, {1, 28, 28}, 1);
  const auto latents = draw_latents(config, 300, 5, Stream::kSample, 0);
  const auto exact = generate(nets.generator, latents);
  const auto rough = generate(nets.generator, latents, Precision::kBf16);
  EXPECT_EQ(rough.scalar_type(), torch::kFloat32);
  EXPECT_FALSE(torch::equal(rough, exact));
  EXPECT_LT((rough - exact).abs().max().item<double>(), 0.05);
  for (const std::int64_t n : {1, 257}) {
    EXPECT_TRUE(torch::equal(generate(nets.generator, latents.narrow(0, 0, n), Precision::kBf16),
                             rough.narrow(0, 0, n)))
        << n;
  }
}

TEST(Generate, LeavesTheNetworkAsItWas) {
  ModelConfig config;
  config.generator_norm = true;
  Networks nets = make_networks(config, {1, 8, 8}, 1);
  const auto before = nets.generator->named_buffers()["1.running_mean"].clone();
  generate(nets.generator, torch::randn({70, 100}));
  EXPECT_TRUE(nets.generator->is_training());
  EXPECT_TRUE(torch::equal(before, nets.generator->named_buffers()["1.running_mean"]));
}

}  // namespace
}  // namespace gan
