#include <gtest/gtest.h>

#include "gan_train/core/log.hpp"

#include "runs.hpp"
#include "temp_folder.hpp"
#include "wrap.hpp"

namespace gan::faults {
namespace {

constexpr std::int64_t kSteps = 50;

class ResumeTest : public testing::Test {
 protected:
  ResumeTest() { log::set_level(log::Level::kOff); }
  ~ResumeTest() override { remember_streams(); }
  const TempFolder folder_;
};

class ResumeKindTest : public ResumeTest, public testing::WithParamInterface<Kind> {};

// Mid-epoch, at the borders of epochs, after sampling, after measuring: all of them.
TEST_P(ResumeKindTest, StoppingAfterEveryStepIsNotSeen) {
  const Config config = config_of(GetParam());
  ASSERT_TRUE(train(config, folder_ / "whole"));
  for (std::int64_t step = 1; step < kSteps; ++step) {
    ASSERT_FALSE(train(config, folder_ / "stopped", 1)) << step;
  }
  ASSERT_TRUE(train(config, folder_ / "stopped", 1));
  EXPECT_EQ(difference(folder_ / "whole", folder_ / "stopped"), "");
}

INSTANTIATE_TEST_SUITE_P(All, ResumeKindTest, testing::ValuesIn(kinds()),
                         [](const auto& kind) { return std::string(kind.param.name); });

TEST_F(ResumeTest, StoppingAfterAnyOneStepIsNotSeen) {
  const Config config = config_of("joint_mlp_with_dropout");
  ASSERT_TRUE(train(config, folder_ / "whole"));
  for (std::int64_t step = 1; step < kSteps; ++step) {
    const auto stopped = folder_ / std::to_string(step);
    ASSERT_FALSE(train(config, stopped, step));
    ASSERT_TRUE(train(config, stopped));
    ASSERT_EQ(difference(folder_ / "whole", stopped), "") << step;
  }
}

// The control: were any one random stream not put back, the tests above would fail.
TEST_F(ResumeTest, AStreamThatIsForgottenIsSeen) {
  Config config = config_of("joint_mlp_with_dropout");  // dropout draws from the layers' stream
  config.loss.real_label = {0.8, 1.0};
  ASSERT_TRUE(train(config, folder_ / "whole"));
  for (const Stream stream :
       {Stream::kOrder, Stream::kLatentD, Stream::kLatentG, Stream::kLabels, Stream::kLayers}) {
    const auto stopped = folder_ / std::to_string(static_cast<int>(stream));
    ASSERT_FALSE(train(config, stopped, 25));
    forget_stream(stream);
    ASSERT_TRUE(train(config, stopped));
    remember_streams();
    EXPECT_NE(difference(folder_ / "whole", stopped), "") << static_cast<int>(stream);
  }
}

TEST_F(ResumeTest, AStreamOfAMethodThatIsForgottenIsSeen) {
  Config config = config_of("joint_mlp_with_dropout");
  config.loss.label_flip = 0.3;
  config.loss.penalty = "wgan_gp";
  config.train.instance_noise = 0.1;
  config.augment.brightness = 0.1;
  config.model.conditional = "concat";
  ASSERT_TRUE(train(config, folder_ / "whole"));
  for (const Stream stream : {Stream::kFlip, Stream::kNoise, Stream::kAugmentD, Stream::kAugmentG,
                              Stream::kPenalty, Stream::kClassD, Stream::kClassG}) {
    const auto stopped = folder_ / std::to_string(static_cast<int>(stream));
    ASSERT_FALSE(train(config, stopped, 25));
    forget_stream(stream);
    ASSERT_TRUE(train(config, stopped));
    remember_streams();
    EXPECT_NE(difference(folder_ / "whole", stopped), "") << static_cast<int>(stream);
  }
}

TEST_F(ResumeTest, FewerEpochsThanPlannedLeaveWhatALastEpochLeaves) {
  Config config = config_of("summed_mlp_on_idx");
  ASSERT_FALSE(train(config, folder_ / "run", 30));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "run/checkpoints/g_3.pt"));
  config.train.epochs = 3;
  ASSERT_TRUE(train(config, folder_ / "run"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "run/checkpoints/g_3.pt"));
}

TEST_F(ResumeTest, TheSameRunTwiceGivesTheSameBits) {
  const Config config = config_of("normed_dcgan_with_ema");
  ASSERT_TRUE(train(config, folder_ / "one"));
  ASSERT_TRUE(train(config, folder_ / "two"));
  EXPECT_EQ(difference(folder_ / "one", folder_ / "two"), "");
}

TEST_F(ResumeTest, WatchingMoreOftenDoesNotChangeTraining) {
  Config config = config_of("normed_dcgan_with_ema");
  ASSERT_TRUE(train(config, folder_ / "seldom"));
  config.output.log_every = 1;
  config.output.save_state_steps = 3;
  config.output.checkpoint_every = 1;
  config.output.samples = 70;
  ASSERT_TRUE(train(config, folder_ / "often"));
  // The config in the checkpoints differs, so compare what was learned.
  EXPECT_EQ(read_file(folder_ / "seldom/health.csv"), read_file(folder_ / "often/health.csv"));
  EXPECT_EQ(read_file(folder_ / "seldom/losses.png"), read_file(folder_ / "often/losses.png"));
}

}  // namespace
}  // namespace gan::faults
