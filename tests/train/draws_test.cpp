#include "train/draws.hpp"

#include <gtest/gtest.h>
#include <map>

#include <torch/types.h>

#include "data/idx_files.hpp"
#include "tiny_config.hpp"

namespace gan {
namespace {

// All kinds of draws in one step: two updates of D, classes, label ranges and flips, views, penalty
// points every third update, pairs.
Config drawing_config() {
  Config config = tiny_config();
  config.data.synthetic_size = 96;
  config.model.conditional = Conditional::kConcat;
  config.loss.real_label = {0.8, 1.0};
  config.loss.label_flip = 0.1;
  config.loss.penalty = PenaltyKind::kDragan;
  config.loss.penalty_every = 3;
  config.augment = {.translation = 0.2, .cutout = 0.3, .brightness = 0.1};
  config.train.discriminator_steps = 2;
  config.train.instance_noise = 0.2;
  return config;
}

std::map<std::string, torch::Tensor> by_name(const std::vector<StepInputs>& of_ranks) {
  const auto all = whole_batch(of_ranks);
  return {all.begin(), all.end()};
}

bool are_equal(StepInputs a, StepInputs b) {
  std::vector<torch::Tensor> left, right;
  for_each_tensor(a, [&](const std::string&, torch::Tensor& t) { left.push_back(t); });
  for_each_tensor(b, [&](const std::string&, torch::Tensor& t) { right.push_back(t); });
  bool equal = left.size() == right.size() && a.layer_seed == b.layer_seed;
  for (std::size_t i = 0; equal && i < left.size(); ++i) {
    equal = left[i].defined() == right[i].defined() &&
            (!left[i].defined() || torch::equal(left[i], right[i]));
  }
  return equal;
}

TEST(Draws, ArePureFunctionsOfTheStep) {
  const Config config = drawing_config();
  const Dataset data = load_dataset(config.data);
  StepDraws draws(config, data, torch::kCPU, 1), others(config, data, torch::kCPU, 1);
  const StepInputs fifth = draws.draw(5, 0);
  others.draw(2, 0);
  EXPECT_TRUE(are_equal(fifth, others.draw(5, 0)));
  EXPECT_FALSE(are_equal(fifth, others.draw(6, 0)));
}

// A step's real images are those of the shuffled order, mirrored as drawn. A rank with half of the
// batch mirrors the same ones.
TEST(Draws, MirrorSomeRealImages) {
  Config config = tiny_config();
  const Dataset data = load_dataset(config.data);
  const auto plain = StepDraws(config, data, torch::kCPU, 1).draw(3, 0).d[0].real;
  config.augment.mirror = true;
  const auto real = StepDraws(config, data, torch::kCPU, 1).draw(3, 0).d[0].real;
  const auto which = draw_mirrors(plain.size(0), 1, 3);
  const auto count = which.sum().item<std::int64_t>();
  EXPECT_GT(count, 0);
  EXPECT_LT(count, plain.size(0));
  for (std::int64_t i = 0; i < plain.size(0); ++i) {
    const auto wanted = which[i].item<bool>() ? plain[i].flip(2) : plain[i];
    EXPECT_TRUE(torch::equal(real[i], wanted)) << i;
  }
  StepDraws halves(config, data, torch::kCPU, 2);
  const auto first = halves.draw(3, 0).d[0].real, second = halves.draw(3, 1).d[0].real;
  EXPECT_TRUE(torch::equal(torch::cat({first, second}), real));
}

TEST(Draws, HaveTheShapesThatTheHeaderSays) {
  Config config = drawing_config();
  config.loss.kind = LossKind::kRelativistic;
  config.loss.real_label = {1.0, 1.0};
  config.loss.label_flip = 0.0;
  config.model.pack = 2;
  StepDraws draws(config, load_dataset(config.data), torch::kCPU, 1);
  const StepInputs inputs = draws.draw(1, 0);  // D's updates 2 and 3
  ASSERT_EQ(inputs.d.size(), 2u);
  EXPECT_FALSE(inputs.d[0].penalty.has_value());
  ASSERT_TRUE(inputs.d[1].penalty.has_value());
  EXPECT_EQ(inputs.d[1].penalty->shares.sizes(), (std::vector<std::int64_t>{32, 1, 1, 1}));
  EXPECT_EQ(inputs.d[1].penalty->pixels.sizes(), inputs.d[1].real.sizes());
  const DiscriminatorInputs& d = inputs.d.back();
  EXPECT_EQ(d.real.sizes(), (std::vector<std::int64_t>{32, 1, 8, 8}));
  EXPECT_EQ(d.classes.sizes(), (std::vector<std::int64_t>{32}));
  EXPECT_EQ(d.real_labels.sizes(), (std::vector<std::int64_t>{16}));
  EXPECT_EQ(d.latents.sizes(), (std::vector<std::int64_t>{32, 4}));
  EXPECT_EQ(d.classes.scalar_type(), torch::kInt64);
  EXPECT_EQ(d.fake_view.shift.sizes(), (std::vector<std::int64_t>{32, 2}));
  EXPECT_EQ(d.fake_view.noise.sizes(), d.real.sizes());
  EXPECT_FALSE(torch::equal(d.real_view.noise, d.fake_view.noise));
  EXPECT_TRUE(torch::equal(inputs.g.real, d.real));  // for the pairs
  EXPECT_TRUE(inputs.g.real_view.hole.defined());
}

TEST(Draws, LeaveOutWhatTheConfigDoesNotUse) {
  const Config config = tiny_config();
  StepDraws draws(config, load_dataset(config.data), torch::kCPU, 1);
  const auto names = by_name({draws.draw(0, 0)});
  std::vector<std::string> found;
  for (const auto& [name, tensor] : names) found.push_back(name);
  EXPECT_EQ(found, (std::vector<std::string>{"fake_labels", "latents_d", "latents_g", "layer_seed",
                                             "real", "real_labels"}));
}

// Together, the items, latents, classes and labels of all ranks are the batch of one process.
TEST(Draws, TheSharesOfRanksAreTheWholeBatch) {
  const Config config = drawing_config();
  const Dataset data = load_dataset(config.data);
  StepDraws one(config, data, torch::kCPU, 1), four(config, data, torch::kCPU, 4);
  const auto whole = by_name({one.draw(3, 0)});
  const auto shared = by_name({four.draw(3, 0), four.draw(3, 1), four.draw(3, 2), four.draw(3, 3)});
  for (const char* name : {"real", "real_labels", "fake_labels", "latents_d", "classes_d",
                           "latents_g", "classes_g", "real_2", "latents_d_2"}) {
    EXPECT_TRUE(torch::equal(whole.at(name), shared.at(name))) << name;
  }
  const auto seeds = shared.at("layer_seed");
  EXPECT_EQ(seeds.sizes(), (std::vector<std::int64_t>{4}));
  EXPECT_NE(seeds[0].item<std::int64_t>(), seeds[1].item<std::int64_t>());
  const auto noise = shared.at("noise_fake");
  EXPECT_EQ(noise.sizes(), whole.at("noise_fake").sizes());
  EXPECT_FALSE(torch::equal(noise.narrow(0, 0, 8), noise.narrow(0, 8, 8)));  // drawn per rank
}

TEST(Draws, ImagesOnDiskAreThoseInMemory) {
  Config config = drawing_config();
  const ShapesOnDisk files(config.data);
  StepDraws memory(config, load_held(config.data, true), torch::kCPU, 2);
  StepDraws disk(config, load_held(config.data, false), torch::kCPU, 2);
  for (int step = 0; step < 4; ++step) {
    EXPECT_TRUE(are_equal(memory.draw(step, 1), disk.draw(step, 1))) << step;
  }
}

TEST(Labels, AreTheNumbersAskedFor) {
  const auto labels = draw_labels({.real_label = {0.9, 0.9}}, 5, 1, 0);
  EXPECT_TRUE(torch::equal(labels[0], torch::full({5}, 0.9)));
  EXPECT_TRUE(torch::equal(labels[1], torch::zeros({5})));
}

TEST(Labels, FlipsSwapAShareOfThemOnEachSide) {
  const LossConfig config{.label_flip = 0.2};
  const auto labels = draw_labels(config, 20000, 1, 3);
  EXPECT_NEAR(labels[0].mean().item<double>(), 0.8, 0.01);
  EXPECT_NEAR(labels[1].mean().item<double>(), 0.2, 0.01);
  EXPECT_NEAR(labels[0].eq(labels[1]).to(torch::kFloat32).mean().item<double>(), 2 * 0.2 * 0.8,
              0.01);  // flipped independently on each side
  EXPECT_TRUE(torch::equal(labels, draw_labels(config, 20000, 1, 3)));
  EXPECT_FALSE(torch::equal(labels, draw_labels(config, 20000, 1, 4)));
}

TEST(Labels, AFlippedImageTakesALabelOfTheOtherSide) {
  const LossConfig config{.real_label = {0.8, 1.0}, .fake_label = {0.0, 0.1}, .label_flip = 0.3};
  const LossConfig unflipped{.real_label = {0.8, 1.0}, .fake_label = {0.0, 0.1}};
  const auto labels = draw_labels(config, 1000, 1, 0), plain = draw_labels(unflipped, 1000, 1, 0);
  const auto kept = labels[0].eq(plain[0]);
  EXPECT_TRUE(torch::equal(labels[0], torch::where(kept, plain[0], plain[1])));
  EXPECT_NEAR(kept.to(torch::kFloat32).mean().item<double>(), 0.7, 0.05);
}

}  // namespace
}  // namespace gan
