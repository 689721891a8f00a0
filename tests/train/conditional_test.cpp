#include <cmath>
#include <gtest/gtest.h>
#include <map>

#include <torch/nn/modules/container/sequential.h>

#include "gan_train/sampling/sample.hpp"
#include "gan_train/train/loop.hpp"
#include "gan_train/train/metrics.hpp"
#include "gan_train/train/trainer.hpp"
#include "message.hpp"
#include "models/conditioning.hpp"
#include "one_thread.hpp"
#include "tiny_config.hpp"
#include "train/loop_state.hpp"

namespace gan {
namespace {

Config conditional_shapes(Conditional mode) {
  Config config = tiny_config();
  config.data.synthetic_size = 96;
  config.model.conditional = mode;
  return config;
}

std::map<std::string, torch::Tensor> recorded_step(Trainer& trainer) {
  const auto inputs = trainer.next_inputs();
  std::map<std::string, torch::Tensor> all(inputs.begin(), inputs.end());
  all["metrics"] = trainer.step();
  return all;
}

TEST(Conditional, FakesHaveTheClassesOfTheRealImagesThenDrawnOnes) {
  Config config = conditional_shapes(Conditional::kProjection);
  const Dataset data = load_dataset(config.data);
  Trainer trainer(config, data);
  const auto step = recorded_step(trainer);
  const auto all = scaled(data.samples, PixelRange::kSymmetric).flatten(1);
  const auto item = torch::cdist(step.at("real").flatten(1), all).argmin(1);
  EXPECT_TRUE(torch::equal(data.labels.index_select(0, item), step.at("classes_d")));
  for (const char* name : {"classes_d", "classes_g"}) {
    const auto& classes = step.at(name);
    EXPECT_EQ(classes.size(0), 32) << name;
    EXPECT_EQ(classes.min().item<std::int64_t>(), 0) << name;
    EXPECT_EQ(classes.max().item<std::int64_t>(), 7) << name;
  }
  EXPECT_FALSE(torch::equal(step.at("classes_d"), step.at("classes_g")));
  EXPECT_EQ(step.at("latents_d").size(1), 4);
}

// D's loss in a step, computed from the step's inputs and the weights before it.
double loss_by_hand(const Config& config, const Dataset& data) {
  Trainer trainer(config, data);
  const Trainer before(config, data);
  const auto step = recorded_step(trainer);
  const Conditioning& conditioning = before.conditioning();
  torch::nn::Sequential g = before.networks.generator, d = before.networks.discriminator;
  const auto fake =
      g->forward(conditioning.generator_input(step.at("latents_d"), step.at("classes_d"))).detach();
  const auto part = [&](const torch::Tensor& images, const torch::Tensor& classes, double label) {
    const auto output = d->forward(conditioning.discriminator_input(images, classes));
    const auto logits = conditioning.logits(output, classes);
    auto loss = torch::binary_cross_entropy_with_logits(logits, torch::full_like(logits, label));
    if (config.model.conditional == Conditional::kAcgan) {
      const auto odds = torch::log_softmax(output.narrow(1, 1, 8), 1);
      loss = loss - config.loss.class_weight * odds.gather(1, classes.unsqueeze(1)).mean();
    }
    return loss.item<double>();
  };
  const double real = part(step.at("real"), step.at("classes_d"), 1.0);
  const double sum = real + part(fake, step.at("classes_d"), 0.0);
  EXPECT_NEAR(step_metrics(step.at("metrics")).d_loss,
              config.train.discriminator_update == DiscriminatorUpdate::kSummed ? sum : sum / 2,
              1e-5)
      << config.model.conditional << " " << config.train.discriminator_update;
  return sum;
}

TEST(Conditional, LossesAreTheFormulasInEveryWayOfUpdating) {
  for (const Conditional mode :
       {Conditional::kConcat, Conditional::kProjection, Conditional::kAcgan}) {
    for (const DiscriminatorUpdate update :
         {DiscriminatorUpdate::kSummed, DiscriminatorUpdate::kJoint}) {
      Config config = conditional_shapes(mode);
      config.train.discriminator_update = update;
      config.loss.class_weight = 0.3;
      loss_by_hand(config, load_dataset(config.data));
    }
  }
}

TEST(Conditional, AcganAddsTheClassesToBothLossesWithTheirWeight) {
  Config config = conditional_shapes(Conditional::kAcgan);
  const Dataset data = load_dataset(config.data);
  for (const DiscriminatorUpdate update :
       {DiscriminatorUpdate::kSummed, DiscriminatorUpdate::kJoint,
        DiscriminatorUpdate::kSeparate}) {
    config.train.discriminator_update = update;
    // For untrained networks, each cross-entropy is about log 8.
    config.loss.class_weight = 0.0;
    const auto without = Trainer(config, data).step();
    config.loss.class_weight = 1.0;
    const auto with = Trainer(config, data).step();
    const double parts = update == DiscriminatorUpdate::kSummed ? 2.0 : 1.0;
    const auto more = with - without;
    EXPECT_NEAR(step_metrics(more).d_loss, parts * std::log(8.0), 0.3) << update;
    EXPECT_NEAR(step_metrics(more).g_loss, std::log(8.0), 0.5) << update;
  }
}

TEST(Conditional, FakesUsedAgainKeepTheirClasses) {
  // If classes were drawn again, G's loss would be for other classes than the fakes.
  Config config = conditional_shapes(Conditional::kAcgan);
  config.train.reuse_fake = true;
  config.optim.discriminator_lr = 1e-12;  // D does not change
  config.loss.class_weight = 1.0;
  const Dataset data = load_dataset(config.data);
  Trainer trainer(config, data);
  const Trainer before(config, data);
  const auto step = recorded_step(trainer);
  EXPECT_FALSE(step.contains("classes_g"));
  torch::nn::Sequential g = before.networks.generator, d = before.networks.discriminator;
  const auto& classes = step.at("classes_d");
  const auto output =
      d->forward(g->forward(before.conditioning().generator_input(step.at("latents_d"), classes)));
  const auto expected = torch::softplus(-output.select(1, 0)).mean() +
                        torch::cross_entropy_loss(output.narrow(1, 1, 8), classes);
  EXPECT_NEAR(step_metrics(step.at("metrics")).g_loss, expected.item<double>(), 1e-5);
}

TEST(Packing, DJudgesSeveralImagesAtOnceInEveryWayOfUpdating) {
  for (const DiscriminatorUpdate update :
       {DiscriminatorUpdate::kSummed, DiscriminatorUpdate::kJoint,
        DiscriminatorUpdate::kSeparate}) {
    Config config = conditional_shapes(Conditional::kConcat);
    config.model.pack = 4;
    config.model.minibatch_stddev = 2;
    config.loss.real_label = {0.8, 1.0};
    config.train.discriminator_update = update;
    Trainer trainer(config, load_dataset(config.data));
    const auto step = recorded_step(trainer);
    EXPECT_EQ(step.at("real").size(0), 32);
    EXPECT_EQ(step.at("real_labels").size(0), 8);
    EXPECT_TRUE(step.at("metrics").isfinite().all().item<bool>());
  }
}

// The Trainer's error for the config, or "".
std::string batch_refusal(const Config& config) {
  return usage_message_of([&] { Trainer(config, load_dataset(config.data)); });
}

TEST(Packing, ALastBatchThatLeavesARestIsRefusedAtOnce) {
  Config config = conditional_shapes(Conditional::kNone);
  config.model.pack = 3;
  EXPECT_EQ(batch_refusal(config),
            "train.batch_size: batches of 32 real images are not made up of groups of 3, as "
            "model.pack and model.minibatch_stddev need; use a multiple of that");
  config.train.batch_size = 36;  // 96 = 2 * 36 + 24
  EXPECT_EQ(batch_refusal(config), "");
  config.data.synthetic_size = 95;
  EXPECT_EQ(
      batch_refusal(config),
      "train.batch_size: batches of 36 real images leave one of 23, which is not made up of "
      "groups of 3, as model.pack and model.minibatch_stddev need; set data.drop_last = true");
  config.data.drop_last = true;
  EXPECT_EQ(batch_refusal(config), "");
}

// D's batch norm would get a single row at the end of the epoch.
TEST(Packing, ALastBatchOfOnePackIsTooFewForTheDiscriminatorsNorm) {
  Config config = conditional_shapes(Conditional::kNone);
  config.model.pack = 2;
  config.data.synthetic_size = 98;     // 3 * 32 + 2
  config.model.generator_norm = true;  // G still gets two rows
  EXPECT_EQ(batch_refusal(config), "");
  config.model.discriminator_norm = true;
  EXPECT_EQ(batch_refusal(config),
            "train.batch_size: batches of 32 real images leave one of a single pack out of 98, too "
            "few for batch norm; set data.drop_last = true or another batch size");
  config.data.synthetic_size = 100;
  EXPECT_EQ(batch_refusal(config), "");
  config.train.batch_size = 2;
  EXPECT_NE(batch_refusal(config).find("of a single pack"), std::string::npos);
}

TEST(Conditional, ClassesOfUnknownNumbersAreUniformAndTheInputsHoldThem) {
  const auto classes = draw_classes(5, 10000, 1, Stream::kClassG, 3);
  const auto counts = torch::bincount(classes);
  EXPECT_EQ(counts.size(0), 5);
  EXPECT_LT((counts - 2000).abs().max().item<std::int64_t>(), 200);  // five sigma
  EXPECT_TRUE(torch::equal(classes, draw_classes(5, 10000, 1, Stream::kClassG, 3)));
  EXPECT_FALSE(torch::equal(classes, draw_classes(5, 10000, 1, Stream::kClassG, 4)));
  EXPECT_FALSE(draw_classes(0, 10, 1, Stream::kClassG, 3).defined());

  ModelConfig config = conditional_shapes(Conditional::kConcat).model;
  const auto inputs = draw_inputs(config, 5, 30, 1, Stream::kSample, 2);
  EXPECT_TRUE(
      torch::equal(inputs.narrow(1, 0, 4), draw_latents(config, 30, 1, Stream::kSample, 2)));
  EXPECT_TRUE(
      torch::equal(inputs.narrow(1, 4, 5).argmax(1), draw_classes(5, 30, 1, Stream::kSample, 2)));
}

TEST(Conditional, ClassesAreDrawnAsOftenAsTheyHaveImages) {
  const auto labels = draw_classes(Classes(6, {}, {0, 2, 0, 0, 1, 3}), 3000, 1, Stream::kClassG, 3);
  const auto counts = torch::bincount(labels, {}, 6);
  for (const int label : {0, 2, 3}) EXPECT_EQ(counts[label].item<int>(), 0);
  EXPECT_NEAR(counts[1].item<int>(), 1000, 150);
  EXPECT_NEAR(counts[4].item<int>(), 500, 120);
  EXPECT_NEAR(counts[5].item<int>(), 1500, 160);
  // Equal numbers of images and unknown ones are the same draws.
  EXPECT_TRUE(torch::equal(draw_classes(3, 50, 1, Stream::kClassG, 3),
                           draw_classes(Classes(3, {}, {70, 70, 70}), 50, 1, Stream::kClassG, 3)));
}

// The share of 400 samples whose nearest mode is the requested one.
double share_obeyed(const Config& config) {
  const Dataset data = load_dataset(config.data);
  Trainer trainer(config, data);
  LoopState state;
  run_training(trainer, state, {});
  const auto classes = torch::arange(400).remainder(8);
  const auto latents = draw_latents(config.model, 400, 1, Stream::kSample, 0);
  const auto points = generate(trainer.sampling_generator(),
                               trainer.conditioning().generator_input(latents, classes));
  const auto angle = torch::atan2(points.flatten(1).select(1, 1), points.flatten(1).select(1, 0));
  const auto nearest = (angle / (M_PI / 4)).round().to(torch::kInt64).remainder(8);
  return (nearest == classes).to(torch::kFloat32).mean().item<double>();
}

TEST(Conditional, ModesOfRingsAreDrawnWhereAskedForAndNotByChance) {
  const OneThread one_thread;
  for (const Conditional mode :
       {Conditional::kConcat, Conditional::kProjection, Conditional::kAcgan}) {
    Config config;
    config.data.dataset = DatasetKind::kRings;
    config.data.synthetic_size = 4096;
    config.model.conditional = mode;
    config.model.latent_dim = 8;
    config.model.generator_widths = {64, 64};
    config.model.discriminator_widths = {64, 64};
    config.optim.lr = 1e-3;
    config.train.batch_size = 128;
    config.train.epochs = 10;
    config.train.device = "cpu";
    EXPECT_GT(share_obeyed(config), 0.95) << mode;
    config.optim.lr = 1e-12;
    EXPECT_LT(share_obeyed(config), 0.5) << mode;
  }
}

}  // namespace
}  // namespace gan
