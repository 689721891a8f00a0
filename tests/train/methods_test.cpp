#include <gtest/gtest.h>
#include <numbers>
#include <numeric>

#include <torch/torch.h>

#include "gan_train/config/option.hpp"
#include "gan_train/sampling/sample.hpp"
#include "gan_train/train/trainer.hpp"
#include "one_thread.hpp"

namespace gan {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

// A method that can be chosen, and how it is used.
struct Method {
  const char* name;
  Settings settings;
};

Config with(Config config, const Settings& settings) {
  for (const auto& [key, value] : settings) {
    for (const Option& option : option_table(config)) {
      if (option.key != key) continue;
      EXPECT_EQ(set_value(option, value), "") << key;
    }
  }
  return config;
}

// With the binary cross-entropy alone it finds all eight modes too.
Config rings_config() {
  Config config;
  config.data.dataset = DatasetKind::kRings;
  config.data.synthetic_size = 4096;
  config.model.latent_dim = 8;
  config.model.generator_widths = config.model.discriminator_widths = {64, 64};
  config.model.generator_activation = Activation::kRelu;
  config.optim.lr = 3e-3;
  config.optim.beta1 = 0;
  config.train.batch_size = 128;
  config.train.epochs = 40;
  config.train.ema = 0.995;
  config.train.device = "cpu";
  return config;
}

struct Coverage {
  std::int64_t modes;  // of the eight: those that get at least 2% of the samples
  double share;        // of the samples that lie within five sigma of a mode
};

Coverage coverage_of(const Trainer& trainer) {
  const auto latents = draw_latents(trainer.config().model, 1000, 3, Stream::kSample, 0);
  const auto points = generate(trainer.sampling_generator(), latents).flatten(1);
  const auto angles = torch::arange(8) * (std::numbers::pi / 4);
  const auto modes = 0.75 * torch::stack({angles.cos(), angles.sin()}, 1);
  const auto [distance, mode] = torch::cdist(points, modes).min(1);
  const auto counts = torch::bincount(mode.masked_select(distance < 5 * 0.02), {}, 8);
  return {(counts >= 20).sum().item<std::int64_t>(), counts.sum().item<double>() / 1000};
}

class MethodTest : public testing::TestWithParam<Method> {
  const OneThread one_thread_;
};

TEST_P(MethodTest, LearnsTheModesOfTheRing) {
  const Config config = with(rings_config(), GetParam().settings);
  Trainer trainer(config, load_dataset(config.data));
  const Coverage before = coverage_of(trainer);
  while (trainer.steps_done() < trainer.total_steps()) trainer.step();
  const Coverage after = coverage_of(trainer);
  std::cout << GetParam().name << ": " << after.modes << " modes, share " << after.share << "\n";
  EXPECT_LT(before.modes, 2);
  EXPECT_GE(after.modes, 7);
  EXPECT_GT(after.share, before.share + 0.4);
  EXPECT_TRUE(trainer.is_finite());
}

INSTANTIATE_TEST_SUITE_P(
    All, MethodTest,
    testing::Values(
        Method{"minimax", {{"loss.kind", "minimax"}}}, Method{"lsgan", {{"loss.kind", "lsgan"}}},
        Method{"hinge", {{"loss.kind", "hinge"}}},
        Method{"wasserstein_clipped", {{"loss.kind", "wasserstein"}, {"loss.weight_clip", "0.3"}}},
        Method{"wasserstein_gp",
               {{"loss.kind", "wasserstein"},
                {"loss.penalty", "wgan_gp"},
                {"loss.penalty_weight", "0.1"},
                {"optim.lr", "1e-3"},
                {"optim.beta2", "0.9"},
                {"train.discriminator_steps", "4"},
                {"train.steps_per_epoch", "32"}}},
        Method{"relativistic", {{"loss.kind", "relativistic"}}},
        Method{"relativistic_r1_r2",
               {{"loss.kind", "relativistic"},
                {"loss.penalty", "r1_r2"},
                {"loss.penalty_weight", "0.1"}}},
        Method{
            "r1_every_fourth",
            {{"loss.penalty", "r1"}, {"loss.penalty_weight", "0.1"}, {"loss.penalty_every", "4"}}},
        Method{"r2", {{"loss.penalty", "r2"}, {"loss.penalty_weight", "0.1"}}},
        Method{"dragan", {{"loss.penalty", "dragan"}, {"loss.penalty_weight", "0.1"}}},
        Method{"label_flip", {{"loss.label_flip", "0.05"}}},
        Method{"instance_noise", {{"train.instance_noise", "0.1"}}},
        Method{"two_learning_rates", {{"optim.discriminator_lr", "6e-3"}}},
        Method{"clipped_gradients", {{"optim.max_grad_norm", "0.5"}}},
        Method{"linear", {{"optim.schedule", "linear"}, {"optim.decay_start", "0.5"}}},
        Method{"cosine_after_warm_up",
               {{"optim.schedule", "cosine"},
                {"optim.decay_start", "0.5"},
                {"optim.warmup_steps", "50"}}},
        Method{"minibatch_stddev", {{"model.minibatch_stddev", "4"}}},
        Method{"pack", {{"model.pack", "2"}}}),
    [](const auto& method) { return std::string(method.param.name); });

// Of samples to the nearest of the shapes that they were learned from.
void expect_half_the_distance(const Settings& settings) {
  const OneThread one_thread;
  Config config = rings_config();
  config.data.dataset = DatasetKind::kShapes;
  config.data.synthetic_size = 1024;
  config.data.image_size = 8;
  config.optim.lr = 1e-3;
  config.train.batch_size = 64;
  config = with(config, settings);
  const Dataset data = load_dataset(config.data);
  const auto real = scaled(data.samples, config.data.range).flatten(1);
  const auto latents = draw_latents(config.model, 500, 3, Stream::kSample, 0);
  Trainer trainer(config, data);
  const auto distance = [&] {
    const auto samples = generate(trainer.sampling_generator(), latents).flatten(1);
    return std::get<0>(torch::cdist(samples, real).min(1)).mean().item<double>();
  };
  const double before = distance();
  while (trainer.steps_done() < trainer.total_steps()) trainer.step();
  const double after = distance();
  std::cout << "distance to the nearest image: " << before << " at first, " << after << "\n";
  EXPECT_LT(after, before / 2);
}

// Were D shown augmented images on one side only, G would learn to draw them so.
TEST(AugmentedTraining, SamplesComeNearTheImagesThemselves) {
  expect_half_the_distance({{"augment.translation", "0.125"},
                            {"augment.cutout", "0.25"},
                            {"augment.brightness", "0.25"}});
}

// A slope of at most one tells points of the ring apart too slowly for a test.
TEST(SpectralNormTraining, SamplesComeNearTheImages) {
  expect_half_the_distance({{"model.spectral_norm", "true"}});
}

TEST(ResnetTraining, SamplesComeNearTheImages) {
  expect_half_the_distance({{"model.arch", "resnet"},
                            {"model.generator_widths", "16,8"},
                            {"model.discriminator_widths", "8,16"}});
}

}  // namespace
}  // namespace gan
