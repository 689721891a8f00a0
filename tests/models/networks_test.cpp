#include "gan_train/models/networks.hpp"

#include <cmath>
#include <filesystem>
#include <gtest/gtest.h>

#include <torch/types.h>
#include <torch/utils.h>

#include "config/facts.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"
#include "message.hpp"
#include "models/batch_norm.hpp"

namespace gan {
namespace {

struct Recipe {
  const char* file;
  std::int64_t generator;
  std::int64_t discriminator;
};

// Parameter counts in the sources of the recipes.
constexpr Recipe kRecipes[] = {
    {"mnist_mlp.ini", 1'486'352, 1'460'225},     {"mnist_keras_dcgan.ini", 839'937, 212'865},
    {"mnist_pytorch_mlp.ini", 251'024, 233'985}, {"mnist_tf_mlp.ini", 114'064, 100'609},
    {"mnist_cpp_dcgan.ini", 837'504, 659'456},
};

TEST(BatchNorm, HasTheConfigsEpsilonInBothNetworks) {
  for (const bool sync : {false, true}) {
    for (const Arch arch : {Arch::kMlp, Arch::kDcgan, Arch::kResnet}) {
      ModelConfig config;
      config.arch = arch;
      config.generator_widths = config.discriminator_widths = {8, 4};
      config.generator_norm = config.discriminator_norm = true;
      config.sync_batchnorm = sync;
      config.norm_eps = 0.125;
      Networks nets = make_networks(config, {1, 16, 16}, 1);
      for (auto net : {nets.generator, nets.discriminator}) {
        int norms = 0;
        net->apply([&](torch::nn::Module& module) {
          if_batch_norm(module, [&](auto& norm) {
            ++norms;
            EXPECT_EQ(norm.options.eps(), 0.125);
          });
        });
        EXPECT_GT(norms, 0) << name_of(arch);
      }
    }
  }
}

class RecipeNetworks : public testing::TestWithParam<Recipe> {};

TEST_P(RecipeNetworks, HaveTheirSourcesParametersAndMnistShapes) {
  const Recipe& recipe = GetParam();
  const Config config = load_config(std::string(CONFIGS_DIR "/") + recipe.file);
  Networks nets = make_networks(config.model, {1, 28, 28}, 1);
  EXPECT_EQ(count_parameters(*nets.generator), recipe.generator);
  EXPECT_EQ(count_parameters(*nets.discriminator), recipe.discriminator);
  const auto images = nets.generator->forward(torch::zeros({3, config.model.latent_dim}));
  EXPECT_EQ(images.sizes(), torch::IntArrayRef({3, 1, 28, 28}));
  EXPECT_EQ(nets.discriminator->forward(images).sizes(), torch::IntArrayRef({3}));
}

INSTANTIATE_TEST_SUITE_P(All, RecipeNetworks, testing::ValuesIn(kRecipes), [](const auto& recipe) {
  const std::string file = recipe.param.file;
  return file.substr(0, file.find('.'));
});

TEST(RecipesNetworks, FitImagesOfOtherShapes) {
  for (const auto& file : std::filesystem::directory_iterator(CONFIGS_DIR)) {
    if (!is_config_name(file.path())) continue;
    const Config config = load_config(file.path());
    if (config.data.dataset == DatasetKind::kRings) continue;
    const std::int64_t classes = config.model.conditional == Conditional::kNone ? 0 : 10;
    for (const ImageShape shape : {ImageShape{1, 28, 28}, {3, 32, 32}, {1, 20, 36}, {3, 17, 17}}) {
      const torch::NoGradGuard no_grad;
      SCOPED_TRACE(file.path().filename().string() + " " + to_string(shape));
      Networks nets = make_networks(config.model, shape, 1, classes);
      const std::vector<std::int64_t> sizes = {2, shape.channels, shape.height, shape.width};
      const std::int64_t fed = config.model.latent_dim + classes;
      EXPECT_EQ(nets.generator->forward(torch::zeros({2, fed})).sizes(), sizes);
    }
  }
}

struct DcganCase {
  Upsampling upsampling;
  std::int64_t kernel;
  ImageShape shape;
};

class DcganShapes : public testing::TestWithParam<DcganCase> {};

TEST_P(DcganShapes, AreDerivedFromTheImage) {
  const DcganCase& c = GetParam();
  ModelConfig config;
  config.arch = Arch::kDcgan;
  config.upsampling = c.upsampling;
  config.kernel = c.kernel;
  config.latent_dim = 8;
  config.generator_widths = {12, 8, 4};
  config.discriminator_widths = {4, 8};
  config.generator_norm = config.discriminator_norm = true;
  Networks nets = make_networks(config, c.shape, 1);
  const auto images = nets.generator->forward(torch::randn({2, 8}));
  EXPECT_EQ(images.sizes(),
            torch::IntArrayRef({2, c.shape.channels, c.shape.height, c.shape.width}));
  EXPECT_EQ(nets.discriminator->forward(images).sizes(), torch::IntArrayRef({2}));
}

INSTANTIATE_TEST_SUITE_P(All, DcganShapes,
                         testing::Values(DcganCase{Upsampling::kTransposed, 4, {1, 28, 28}},
                                         DcganCase{Upsampling::kTransposed, 5, {1, 28, 28}},
                                         DcganCase{Upsampling::kTransposed, 4, {3, 32, 20}},
                                         DcganCase{Upsampling::kTransposed, 5, {3, 33, 47}},
                                         DcganCase{Upsampling::kTransposed, 6, {1, 31, 64}},
                                         DcganCase{Upsampling::kTransposed, 3, {1, 29, 30}},
                                         DcganCase{Upsampling::kNearest, 5, {1, 28, 28}},
                                         DcganCase{Upsampling::kNearest, 3, {3, 45, 31}},
                                         DcganCase{Upsampling::kTransposed, 4, {3, 32, 32}},
                                         DcganCase{Upsampling::kTransposed, 4, {1, 45, 31}},
                                         DcganCase{Upsampling::kNearest, 5, {3, 32, 32}}));

TEST(Networks, MlpTakesAnyImage) {
  for (const ImageShape& shape : {ImageShape{3, 32, 32}, {1, 45, 31}, {1, 1, 2}}) {
    Networks nets = make_networks(ModelConfig(), shape, 1);
    const auto images = nets.generator->forward(torch::randn({2, 100}));
    EXPECT_EQ(images.sizes(), torch::IntArrayRef({2, shape.channels, shape.height, shape.width}));
    EXPECT_EQ(nets.discriminator->forward(images).sizes(), torch::IntArrayRef({2}));
  }
}

TEST(Networks, InitialisationsHaveTheirSpread) {
  ModelConfig config;
  config.init = WeightInit::kDcgan;
  auto nets = make_networks(config, {1, 28, 28}, 1);
  const auto weight = nets.generator->named_parameters()["0.weight"];
  EXPECT_NEAR(weight.std().item<double>(), 0.02, 0.001);
  EXPECT_EQ(nets.generator->named_parameters()["0.bias"].abs().max().item<double>(), 0.0);

  config.init = WeightInit::kGlorot;
  nets = make_networks(config, {1, 28, 28}, 1);
  const double bound = std::sqrt(6.0 / (100 + 256));
  const auto glorot = nets.generator->named_parameters()["0.weight"];
  EXPECT_NEAR(glorot.abs().max().item<double>(), bound, bound * 0.01);
  EXPECT_LE(glorot.abs().max().item<double>(), bound);

  config.init = WeightInit::kPytorch;
  nets = make_networks(config, {1, 28, 28}, 1);
  const auto pytorch = nets.generator->named_parameters()["0.weight"];
  EXPECT_NEAR(pytorch.abs().max().item<double>(), 1.0 / std::sqrt(100.0), 0.001);
}

TEST(Networks, WeightsFollowTheSeed) {
  const auto first = [](std::uint64_t seed) {
    return make_networks(ModelConfig(), {1, 8, 8}, seed).generator->parameters().front();
  };
  EXPECT_TRUE(torch::equal(first(3), first(3)));
  EXPECT_FALSE(torch::equal(first(3), first(4)));
}

TEST(Networks, WidthsSuitTheArchitectureAndTheImage) {
  const auto widths = [](Arch arch, std::int64_t side) {
    ModelConfig config;
    config.arch = arch;
    config = with_widths(config, {3, side, side});
    return std::pair(config.generator_widths, config.discriminator_widths);
  };
  EXPECT_EQ(widths(Arch::kMlp, 32), std::pair(Widths({256, 512, 1024}), Widths({512, 256})));
  // From the smallest map to the largest, which has the fewest channels.
  EXPECT_EQ(widths(Arch::kDcgan, 28), std::pair(Widths({128, 64}), Widths({64, 128})));
  EXPECT_EQ(widths(Arch::kDcgan, 8).first, Widths({64}));
  EXPECT_EQ(widths(Arch::kResnet, 32).first, Widths({256, 128, 64}));
  EXPECT_EQ(widths(Arch::kDcgan, 64).first, Widths({512, 256, 128, 64}));
  EXPECT_EQ(widths(Arch::kDcgan, 128).first, Widths({512, 512, 256, 128, 64}));
  ModelConfig own;
  own.generator_widths = {7};
  EXPECT_EQ(with_widths(own, {1, 8, 8}).generator_widths, Widths({7}));
  for (const Arch arch : {Arch::kMlp, Arch::kDcgan, Arch::kResnet}) {
    ModelConfig config;
    config.arch = arch;
    for (const std::int64_t side : {8, 16, 28, 48, 96}) {
      Networks nets = make_networks(config, {1, side, side}, 1);
      const auto images = nets.generator->forward(torch::randn({2, config.latent_dim}));
      EXPECT_EQ(images.sizes(), torch::IntArrayRef({2, 1, side, side}));
      EXPECT_EQ(nets.discriminator->forward(images).numel(), 2);
    }
  }
}

TEST(Networks, SayWhyNoneCanBeDerived) {
  ModelConfig config;
  config.arch = Arch::kDcgan;
  config.discriminator_widths = {4, 4, 4, 4};
  EXPECT_EQ(
      usage_message_of([&] { make_networks(config, {1, 8, 8}, 1); }),
      "model.discriminator_widths: 4 halvings are too many for 8x8 images; list fewer widths");
  config.upsampling = Upsampling::kNearest;
  EXPECT_THROW(make_networks(config, {1, 28, 28}, 1), Error);  // an even kernel
  config.arch = static_cast<Arch>(99);
  EXPECT_THROW(make_networks(config, {1, 28, 28}, 1), Error);
}

}  // namespace
}  // namespace gan
