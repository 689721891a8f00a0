#include <gtest/gtest.h>
#include <numbers>
#include <numeric>

#include <torch/types.h>

#include "gan_train/config/option.hpp"
#include "gan_train/sampling/sample.hpp"
#include "gan_train/train/trainer.hpp"
#include "losses/loss.hpp"
#include "losses/penalty.hpp"
#include "one_thread.hpp"

namespace gan {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

Config with(Config config, const Settings& settings) {
  for (const auto& [key, value] : settings) {
    for (const Option& option : option_table(config)) {
      if (option.key != key) continue;
      EXPECT_EQ(set_value(option, value), "") << key;
    }
  }
  return config;
}

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
  std::int64_t modes;  // of the eight: modes with at least 2% of the samples
  double share;        // of the samples within five sigma of a mode
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

// G's weights after training.
torch::Tensor learned(const Config& config) {
  Trainer trainer(config, load_dataset(config.data));
  while (trainer.steps_done() < trainer.total_steps()) trainer.step();
  EXPECT_TRUE(trainer.is_finite());
  std::vector<torch::Tensor> weights;
  for (const auto& p : trainer.networks.generator->parameters()) weights.push_back(p.flatten());
  return torch::cat(weights).detach();
}

// Other tests compare each method with a formula; this one checks that training uses it.
TEST(Methods, EachChangesWhatIsLearned) {
  const OneThread one_thread;
  Config config = rings_config();
  config.train.epochs = 10;  // until logits are beyond the hinge's margin
  config.train.steps_per_epoch = 4;
  std::vector<Settings> methods = {{{"loss.kind", "bce"}},
                                   {{"loss.kind", "wasserstein"}, {"loss.weight_clip", "0.1"}},
                                   {{"loss.label_flip", "0.05"}},
                                   {{"loss.real_label", "0.8"}},
                                   {{"train.discriminator_steps", "2"}},
                                   {{"train.instance_noise", "0.1"}},
                                   {{"optim.discriminator_lr", "6e-3"}},
                                   {{"optim.max_grad_norm", "0.01"}},
                                   {{"optim.schedule", "linear"}, {"optim.decay_start", "0.5"}},
                                   {{"optim.schedule", "cosine"}, {"optim.decay_start", "0.5"}},
                                   {{"optim.warmup_steps", "4"}},
                                   {{"model.minibatch_stddev", "4"}},
                                   {{"model.pack", "2"}},
                                   {{"model.spectral_norm", "true"}}};
  for (const Loss& loss : losses()) {
    if (loss.kind != LossKind::kBce) methods.push_back({{"loss.kind", str(loss.kind)}});
  }
  for (const Penalty& penalty : penalties()) {
    if (penalty.kind == PenaltyKind::kNone) continue;
    methods.push_back({{"loss.penalty", str(penalty.kind)}, {"loss.penalty_every", "2"}});
  }
  std::vector<torch::Tensor> all;
  for (const Settings& settings : methods) {
    const auto weights = learned(with(config, settings));
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_FALSE(torch::equal(weights, all[i]))
          << settings[0].second << " as " << methods[i][0].second;
    }
    all.push_back(weights);
  }
}

// Without clipping or a penalty, these logits grow without bound.
TEST(ClippedTraining, LearnsTheModesOfTheRing) {
  const OneThread one_thread;
  const Config config =
      with(rings_config(), {{"loss.kind", "wasserstein"}, {"loss.weight_clip", "0.3"}});
  Trainer trainer(config, load_dataset(config.data));
  const Coverage before = coverage_of(trainer);
  while (trainer.steps_done() < trainer.total_steps()) trainer.step();
  const Coverage after = coverage_of(trainer);
  EXPECT_LT(before.modes, 2);
  EXPECT_GE(after.modes, 7);
  EXPECT_GT(after.share, before.share + 0.4);
}

// The distance of samples to the nearest training shape.
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

// If D saw only one side augmented, G would learn to draw augmented images.
TEST(AugmentedTraining, SamplesComeNearTheImagesThemselves) {
  expect_half_the_distance({{"augment.translation", "0.125"},
                            {"augment.cutout", "0.25"},
                            {"augment.brightness", "0.25"}});
}

// With a slope of at most one, D separates points of the ring too slowly for a test.
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
