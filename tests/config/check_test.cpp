#include <gtest/gtest.h>

#include "helpers.hpp"

namespace gan {
namespace {

std::string check(const Config& config) {
  return usage_message_of([&] { check_config(config); });
}

TEST(Check, ReusedFakesNeedWholeBatches) {
  Config config;
  config.train.reuse_fake = true;
  EXPECT_EQ(check(config), "");
  config.train.discriminator_batch = DiscriminatorBatch::kHalf;
  EXPECT_EQ(check(config),
            "train.reuse_fake: needs train.discriminator_batch = full; half batches of D leave too "
            "few fake images for G");
}

TEST(Check, HalfBatchesNeedEvenOnes) {
  Config config;
  config.train.batch_size = 129;
  EXPECT_EQ(check(config), "");
  config.train.discriminator_batch = DiscriminatorBatch::kHalf;
  EXPECT_EQ(check(config),
            "train.batch_size: 129 is odd; train.discriminator_batch = half needs an even number");
  config.train.batch_size = 256;
  EXPECT_EQ(check(config), "");
}

TEST(Check, SigmoidNeedsUnitPixels) {
  Config config;
  config.model.output = OutputActivation::kSigmoid;
  EXPECT_EQ(check(config),
            "model.output: sigmoid cannot reach pixels in [-1, 1]; set data.range = unit, or "
            "model.output = tanh");
  config.data.range = PixelRange::kUnit;
  EXPECT_EQ(check(config), "");
  // As in the Keras MLP.
  config.model.output = OutputActivation::kTanh;
  EXPECT_EQ(check(config), "");
}

TEST(Check, LabelsMustDiffer) {
  Config config;
  config.loss.real_label = config.loss.fake_label = {0.5, 0.5};
  EXPECT_EQ(check(config),
            "loss.real_label: is the same as loss.fake_label, so D could learn nothing; set "
            "different labels");
}

TEST(Check, PackedImagesHaveNoOneClass) {
  Config config;
  config.model.pack = 2;
  for (const Conditional mode : {Conditional::kNone, Conditional::kConcat}) {
    config.model.conditional = mode;
    EXPECT_EQ(check(config), "") << mode;
  }
  for (const Conditional mode : {Conditional::kProjection, Conditional::kAcgan}) {
    config.model.conditional = mode;
    EXPECT_EQ(check(config), str("model.pack: a pack may mix classes, which does not work with "
                                 "model.conditional = ",
                                 mode, "; use concat"));
  }
}

TEST(Check, TheBackgroundIsAColour) {
  Config config;
  config.data.background = "#ff8000";
  EXPECT_EQ(check(config), "");
  config.data.background = "blue";
  EXPECT_EQ(check(config).find("data.background: 'blue' is not a colour"), 0U);
}

TEST(Check, AGroupOfOneHasNoDeviation) {
  Config config;
  config.model.minibatch_stddev = 1;
  EXPECT_EQ(check(config),
            "model.minibatch_stddev: one image has no standard deviation; use 0 or at least 2");
  config.model.minibatch_stddev = 2;
  EXPECT_EQ(check(config), "");
}

TEST(Check, KeepingTheBestNeedsEvaluations) {
  Config config;
  config.train.keep_best = KeepBest::kFid;
  EXPECT_EQ(check(config),
            "train.keep_best: needs evaluations to find the best; set eval.every, or "
            "train.keep_best = none");
  config.eval.every = 1;
  EXPECT_EQ(check(config), "");
}

TEST(Check, DevicesAreSpelledRight) {
  Config config;
  for (const auto* device : {"auto", "cpu", "cuda", "cuda:0", "cuda:127"}) {
    config.train.device = device;
    EXPECT_EQ(check(config), "") << device;
  }
  for (const auto* device : {"cuda:", "cuda:x", "cuda:-1", "cuda:+1", "cuda:128", "cuda:1 "}) {
    config.train.device = device;
    EXPECT_EQ(check(config),
              str("train.device: '", device, "' is not a device; write cuda:0, cuda:1, …"));
  }
  config.train.device = "cdua";
  EXPECT_EQ(check(config),
            "train.device: 'cdua' is not a device; write auto, cpu, cuda or cuda:N; did you mean "
            "'cuda'?");
  config.train.device = "";
  EXPECT_EQ(check(config), "train.device: '' is not a device; write auto, cpu, cuda or cuda:N");
}

TEST(Check, ReportsAllTogether) {
  Config config;
  config.model.output = OutputActivation::kSigmoid;
  config.train.discriminator_batch = DiscriminatorBatch::kHalf;
  config.train.reuse_fake = true;
  config.train.batch_size = 3;
  config.train.device = "x";
  const auto message = check(config);
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 3);
}

}  // namespace
}  // namespace gan
