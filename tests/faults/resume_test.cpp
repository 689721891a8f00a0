#include <cstdlib>
#include <gtest/gtest.h>
#include <set>

#include "core/file.hpp"
#include "core/log.hpp"
#include "formats/pt.hpp"
#include "runs.hpp"
#include "temp_folder.hpp"
#include "wrap.hpp"

namespace gan::faults {
namespace {

constexpr std::int64_t kSteps = 50;

class ResumeTest : public testing::Test {
 protected:
  ResumeTest() {
    log::set_level(log::Level::kOff);
    ::setenv("XDG_CACHE_HOME", (folder_ / "cache").c_str(), 1);  // cache of evaluations
  }
  void TearDown() override { remember_streams(); }
  const TempFolder folder_;
};

class ResumeKindTest : public ResumeTest, public testing::WithParamInterface<Kind> {};

// Stops in mid-epoch, at epoch boundaries, after sampling and after measuring.
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

// The control: if any random stream were not restored, the tests above would fail.
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
  config.loss.penalty = PenaltyKind::kWganGp;
  config.train.instance_noise = 0.1;
  config.augment.brightness = 0.1;
  config.model.conditional = Conditional::kConcat;
  ASSERT_TRUE(train(config, folder_ / "whole"));
  for (const Stream stream : {Stream::kFlip, Stream::kNoise, Stream::kAugmentD, Stream::kAugmentG,
                              Stream::kPenalty, Stream::kClassG}) {
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
  for (const char* kind :
       {"normed_dcgan_with_ema", "wide_dcgan_on_two_threads", "wide_mlp_on_two_threads"}) {
    const Config config = config_of(kind);
    const std::string name = kind;
    ASSERT_TRUE(train(config, folder_ / name));
    ASSERT_TRUE(train(config, folder_ / (name + "_again")));
    EXPECT_EQ(difference(folder_ / name, folder_ / (name + "_again")), "") << kind;
  }
}

// Everything learned in a state, without the config and the running sums of metrics.
Bytes learned(const std::filesystem::path& run) {
  const auto path = run / "checkpoints/last.pt";
  const Bytes bytes = read_file(path);
  PtDict root = parse_pt(bytes, path.string());
  const std::set<std::string> kept = {"step",        "generator",   "discriminator", "ema",
                                      "g_optimizer", "d_optimizer", "health"};
  std::erase_if(root, [&](const PtEntry& entry) { return !kept.contains(entry.first); });
  EXPECT_EQ(root.size(), kept.size());
  return encode_pt(root);
}

TEST_F(ResumeTest, WatchingMoreOftenDoesNotChangeTraining) {
  const Config usual = config_of("normed_dcgan_with_ema");
  ASSERT_TRUE(train(usual, folder_ / "usual"));
  Config often = usual;
  often.output.log_every = 1;
  often.output.save_state_steps = 3;
  often.output.checkpoint_every = 1;
  often.output.samples = 70;
  often.output.tensorboard = true;
  Config seldom = usual;
  seldom.output.log_every = seldom.output.checkpoint_every = seldom.output.sample_every = 0;
  seldom.output.save_state = 0;
  seldom.output.report = false;
  for (const auto& [name, config] : {std::pair{"often", often}, {"seldom", seldom}}) {
    ASSERT_TRUE(train(config, folder_ / name));
    EXPECT_TRUE(learned(folder_ / "usual") == learned(folder_ / name)) << name;
    for (const char* file : {"health.csv", "losses.png"}) {
      EXPECT_EQ(read_file(folder_ / "usual" / file), read_file(folder_ / name / file)) << name;
    }
  }
  // The comparison can fail: another seed learns something else.
  Config other = usual;
  other.train.seed = 2;
  ASSERT_TRUE(train(other, folder_ / "other"));
  EXPECT_FALSE(learned(folder_ / "usual") == learned(folder_ / "other"));
}

}  // namespace
}  // namespace gan::faults
