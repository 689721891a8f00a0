#include "models/conditioning.hpp"

#include <gtest/gtest.h>
#include <numbers>

#include <torch/types.h>

#include "gan_train/core/error.hpp"
#include "gan_train/data/dataset.hpp"
#include "gan_train/models/networks.hpp"
#include "message.hpp"

namespace gan {
namespace {

constexpr std::int64_t kClasses = 3;

ModelConfig conditional(Conditional mode, Arch arch = Arch::kMlp) {
  ModelConfig config;
  config.arch = arch;
  config.conditional = mode;
  config.latent_dim = 4;
  config.generator_widths = {8};
  config.discriminator_widths = {8};
  return config;
}

const torch::Tensor kImages = torch::arange(24.0F).view({2, 1, 3, 4});
const torch::Tensor kOf = torch::tensor({2, 0}, torch::kInt64);

TEST(Conditioning, GTakesLatentsAndTheOneHotClass) {
  const Conditioning conditioning(conditional(Conditional::kProjection), kClasses);
  const auto latents = torch::tensor({{0.5F, 1.0F}, {2.0F, 3.0F}});
  const auto expected =
      torch::tensor({{0.5F, 1.0F, 0.0F, 0.0F, 1.0F}, {2.0F, 3.0F, 1.0F, 0.0F, 0.0F}});
  EXPECT_TRUE(torch::equal(conditioning.generator_input(latents, kOf), expected));
  const Conditioning none(conditional(Conditional::kNone), kClasses);
  EXPECT_EQ(none.class_count(), 0);
  EXPECT_TRUE(torch::equal(none.generator_input(latents, {}), latents));
  EXPECT_TRUE(torch::equal(none.discriminator_input(kImages, {}), kImages));
}

TEST(Conditioning, ConcatGivesDTheClassBesideTheImage) {
  const auto planes = Conditioning(conditional(Conditional::kConcat, Arch::kDcgan), kClasses)
                          .discriminator_input(kImages, kOf);
  EXPECT_EQ(planes.sizes(), (torch::IntArrayRef{2, 4, 3, 4}));
  EXPECT_TRUE(torch::equal(planes.narrow(1, 0, 1), kImages));
  for (std::int64_t i = 0; i < 2; ++i) {
    for (std::int64_t k = 0; k < kClasses; ++k) {
      const float value = k == kOf[i].item<std::int64_t>() ? 1.0F : 0.0F;
      EXPECT_TRUE((planes[i][1 + k] == value).all().item<bool>());
    }
  }
  const auto row =
      Conditioning(conditional(Conditional::kConcat), kClasses).discriminator_input(kImages, kOf);
  EXPECT_EQ(row.sizes(), (torch::IntArrayRef{2, 12 + 3}));
  EXPECT_TRUE(torch::equal(row.narrow(1, 0, 12), kImages.flatten(1)));
  EXPECT_TRUE(torch::equal(row[0].narrow(0, 12, 3), torch::tensor({0.0F, 0.0F, 1.0F})));
}

TEST(Conditioning, PacksNeighboursWithTheirClasses) {
  ModelConfig config = conditional(Conditional::kNone, Arch::kDcgan);
  config.pack = 2;
  const auto images = torch::arange(4 * 2 * 9.0F).view({4, 2, 3, 3});
  const auto packed = Conditioning(config, 0).discriminator_input(images, {});
  EXPECT_EQ(packed.sizes(), (torch::IntArrayRef{2, 4, 3, 3}));
  EXPECT_TRUE(torch::equal(packed[1].narrow(0, 0, 2), images[2]));
  EXPECT_TRUE(torch::equal(packed[1].narrow(0, 2, 2), images[3]));
  config = conditional(Conditional::kConcat);
  config.pack = 2;
  const auto rows = Conditioning(config, kClasses).discriminator_input(kImages, kOf);
  EXPECT_EQ(rows.sizes(), (torch::IntArrayRef{1, 30}));
  EXPECT_TRUE(torch::equal(rows[0].narrow(0, 15, 12), kImages[1].flatten()));
}

TEST(Conditioning, ProjectionIsPsiAndTheProductWithTheRowOfTheClass) {
  const ModelConfig config = conditional(Conditional::kProjection);
  const Conditioning conditioning(config, kClasses);
  Networks nets = make_networks(config, {1, 3, 4}, 1, kClasses);
  const auto output = nets.discriminator->forward(kImages);
  ASSERT_EQ(output.sizes(), (torch::IntArrayRef{2, 1 + kClasses}));
  const auto weights = nets.discriminator->named_parameters();
  const auto h = torch::leaky_relu(
      torch::linear(kImages.flatten(1), weights["1.weight"], weights["1.bias"]), 0.2);
  const auto& w = weights["3.weight"];
  const auto& b = weights["3.bias"];
  const auto logits = conditioning.logits(output, kOf);
  for (std::int64_t i = 0; i < 2; ++i) {
    const auto y = kOf[i].item<std::int64_t>();
    const auto expected = torch::dot(w[0], h[i]) + b[0] + torch::dot(w[1 + y], h[i]) + b[1 + y];
    EXPECT_NEAR(logits[i].item<double>(), expected.item<double>(), 1e-4) << i;
  }
  EXPECT_FALSE(conditioning.class_loss(output, kOf).defined());
}

TEST(Conditioning, AcganTellsRealFromFakeInTheFirstAndTheClassInTheRest) {
  const Conditioning conditioning(conditional(Conditional::kAcgan), kClasses);
  const auto output = torch::tensor({{7.0F, 1.0F, 2.0F, 4.0F}, {-3.0F, 0.5F, 0.0F, -1.0F}});
  EXPECT_TRUE(torch::equal(conditioning.logits(output, kOf), torch::tensor({7.0F, -3.0F})));
  const double first = std::log(std::numbers::e + std::exp(2.0) + std::exp(4.0)) - 4.0;
  const double second = std::log(std::exp(0.5) + 1.0 + std::exp(-1.0)) - 0.5;
  EXPECT_NEAR(conditioning.class_loss(output, kOf).item<double>(), (first + second) / 2, 1e-6);
}

TEST(Conditioning, NetworksOfAllKindsTakeAndGiveWhatItSays) {
  for (const Arch arch : {Arch::kMlp, Arch::kDcgan, Arch::kResnet}) {
    for (const Conditional mode :
         {Conditional::kConcat, Conditional::kProjection, Conditional::kAcgan}) {
      for (const std::int64_t pack : {1, 2}) {
        if (pack > 1 && mode != Conditional::kConcat) continue;
        SCOPED_TRACE(str(arch, " ", mode));
        ModelConfig config = conditional(mode, arch);
        config.pack = pack;
        config.spectral_norm = true;
        config.minibatch_stddev = 2;
        Networks nets = make_networks(config, {3, 9, 8}, 1, kClasses);
        const Conditioning conditioning(config, kClasses);
        const auto classes = torch::tensor({2, 0, 1, 1}, torch::kInt64);
        const auto images =
            nets.generator->forward(conditioning.generator_input(torch::randn({4, 4}), classes));
        EXPECT_EQ(images.sizes(), (torch::IntArrayRef{4, 3, 9, 8}));
        const auto output =
            nets.discriminator->forward(conditioning.discriminator_input(images, classes));
        EXPECT_EQ(conditioning.logits(output, classes).sizes(), torch::IntArrayRef({4 / pack}));
      }
    }
  }
}

TEST(Conditioning, CountsTheClassesAndRefusesNoneOrTooMany) {
  Dataset data{"mine", {1, 3, 4}, kImages, kOf};
  EXPECT_EQ(find_classes(conditional(Conditional::kAcgan), data).count, 3);
  EXPECT_EQ(find_classes(conditional(Conditional::kNone), data).count, 0);
  data.labels = torch::tensor({0, 1, 65535, 3}, torch::kInt64);
  EXPECT_EQ(find_classes(conditional(Conditional::kAcgan), data).count, 65536);
  data.labels += 1;
  const auto refusal = [&] {
    return usage_message_of([&] { find_classes(conditional(Conditional::kAcgan), data); });
  };
  EXPECT_EQ(refusal(),
            "model.conditional: acgan takes classes from 0 to 65535, and mine has a label 65536; "
            "renumber the labels, or set model.conditional = none");
  data.labels = torch::Tensor();
  EXPECT_EQ(find_classes(conditional(Conditional::kNone), data).count, 0);
  EXPECT_EQ(refusal(),
            "model.conditional: acgan needs labels, and mine has none; put the pictures of each "
            "class into a folder of its own, name a file of labels with data.labels, or set "
            "model.conditional = none");
  EXPECT_THROW(make_networks(conditional(Conditional::kAcgan), {1, 3, 4}, 1), Error);
}

}  // namespace
}  // namespace gan
