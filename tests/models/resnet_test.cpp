#include <gtest/gtest.h>

#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/linear.h>
#include <torch/utils.h>

#include "gan_train/models/networks.hpp"
#include "message.hpp"
#include "models/residual.hpp"

namespace gan {
namespace {

namespace nn = torch::nn;

ModelConfig small_resnet() {
  ModelConfig config;
  config.arch = Arch::kResnet;
  config.latent_dim = 8;
  config.generator_widths = {12, 8};
  config.discriminator_widths = {4, 8, 8};
  return config;
}

TEST(Residual, AddsBranchAndShortcutAndCopiesBoth) {
  nn::Sequential branch(nn::Linear(nn::LinearOptions(2, 2).bias(false)));
  nn::Sequential shortcut(nn::Linear(nn::LinearOptions(2, 2).bias(false)));
  nn::Sequential net(Residual(branch, shortcut));
  EXPECT_EQ(net->named_parameters().keys(),
            (std::vector<std::string>{"0.branch.0.weight", "0.shortcut.0.weight"}));
  const auto x = torch::randn({3, 2});
  const auto sum = branch->forward(x) + shortcut->forward(x);
  EXPECT_TRUE(torch::allclose(net->forward(x), sum));
  const auto copy = std::dynamic_pointer_cast<nn::SequentialImpl>(net->clone());
  EXPECT_TRUE(torch::allclose(copy->forward(x), sum));
  {
    const torch::NoGradGuard no_grad;
    for (auto& parameter : net->parameters()) parameter.zero_();
  }
  EXPECT_TRUE(torch::allclose(copy->forward(x), sum));
}

class ResnetShapes : public testing::TestWithParam<ImageShape> {};

TEST_P(ResnetShapes, AreDerivedFromTheImageAndAllWeightsLearn) {
  const ImageShape& shape = GetParam();
  for (const bool norm : {false, true}) {
    ModelConfig config = small_resnet();
    config.generator_norm = config.discriminator_norm = norm;
    config.spectral_norm = !norm;
    Networks nets = make_networks(config, shape, 1);
    const auto images = nets.generator->forward(torch::randn({2, 8}));
    EXPECT_EQ(images.sizes(), torch::IntArrayRef({2, shape.channels, shape.height, shape.width}));
    const auto logits = nets.discriminator->forward(images);
    EXPECT_EQ(logits.sizes(), torch::IntArrayRef({2}));
    logits.square().sum().backward();  // would throw if an activation overwrote too much
    for (const auto& net : {nets.generator, nets.discriminator}) {
      for (const auto& item : net->named_parameters()) {
        EXPECT_TRUE(item.value().grad().defined()) << item.key();
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, ResnetShapes,
                         testing::Values(ImageShape{1, 28, 28}, ImageShape{3, 32, 32},
                                         ImageShape{1, 45, 31}, ImageShape{1, 8, 8},
                                         ImageShape{3, 9, 64}));

TEST(Resnet, DoesNotOverwriteWhatTheShortcutReads) {
  // Without weights in the branches, G consists of its shortcuts, so it is linear in its first map.
  ModelConfig config = small_resnet();
  config.generator_widths = {8, 8};
  Networks nets = make_networks(config, {1, 16, 16}, 1);
  const torch::NoGradGuard no_grad;
  for (auto& item : nets.generator->named_parameters()) {
    if (item.key().find("branch") != std::string::npos) item.value().zero_();
  }
  auto map = torch::randn({2, 8, 4, 4});
  const auto before = map.clone();
  const auto block = nets.generator->ptr(2)->as<Residual>();
  ASSERT_NE(block, nullptr);
  const auto upsampled = map.repeat_interleave(2, 2).repeat_interleave(2, 3);
  EXPECT_TRUE(torch::equal(block->forward(map), upsampled));
  EXPECT_TRUE(torch::equal(map, before));
}

TEST(Resnet, SaysWhyNoneCanBeDerived) {
  const auto refusal = [](const ImageShape& shape, const Widths& widths) {
    ModelConfig config = small_resnet();
    config.discriminator_widths = widths;
    return usage_message_of([&] { make_networks(config, shape, 1); });
  };
  EXPECT_EQ(refusal({1, 7, 28}, {4}),
            "model.arch: resnet takes images of at least 8x8, not 7x28; use mlp");
  EXPECT_EQ(refusal({1, 1, 2}, {4}),
            "model.arch: resnet takes images of at least 8x8, not 1x2; use mlp");
  EXPECT_EQ(refusal({1, 8, 28}, {4, 4, 4, 4}),
            "model.discriminator_widths: 4 halvings are too many for 8x28 images; list fewer "
            "widths");
  EXPECT_EQ(refusal({1, 8, 28}, {4, 4, 4}), "");
}

}  // namespace
}  // namespace gan
