#include <gtest/gtest.h>

#include "helpers.hpp"

namespace gan {
namespace {

using Lines = std::vector<std::string>;

TEST(ConfigWarnings, NoneOfTheDefaults) { EXPECT_EQ(config_warnings({}), Lines{}); }

TEST(ConfigWarnings, OfWhatOnlySomeDataSetsAndRunsRead) {
  Config config;
  config.data.synthetic_size = 5;
  config.output.keep_every = 2;
  EXPECT_EQ(config_warnings(config),
            (Lines{"data.synthetic_size: has no effect with data.dataset = auto",
                   "output.keep_every: has no effect with output.keep_last = 0"}));
  config.output.keep_last = 1;
  for (const DatasetKind made :
       {DatasetKind::kShapes, DatasetKind::kRings, DatasetKind::kStackedMnist}) {
    config.data.dataset = made;
    EXPECT_EQ(config_warnings(config), Lines{});
  }
}

TEST(ConfigWarnings, NotOfWhatTheRecipeSaid) {
  Config recipe;
  recipe.data.dataset = DatasetKind::kShapes;
  recipe.data.synthetic_size = 512;
  Config config = recipe;
  config.data.dataset = DatasetKind::kIdx;
  EXPECT_EQ(config_warnings(config, recipe), Lines{});
  EXPECT_EQ(config_warnings(config).size(), 1u);
}

TEST(ConfigWarnings, NameWhatNothingReads) {
  Config config;
  config.loss.penalty_weight = 5;
  config.model.kernel = 5;
  config.optim.decay_start = 0.5;
  EXPECT_EQ(config_warnings(config),
            (Lines{"model.kernel: has no effect with model.arch = mlp",
                   "loss.penalty_weight: has no effect with loss.penalty = none",
                   "optim.decay_start: has no effect with optim.schedule = constant"}));
  config.loss.penalty = PenaltyKind::kR1;
  config.model.arch = Arch::kDcgan;
  config.optim.schedule = Schedule::kLinear;
  EXPECT_EQ(config_warnings(config), Lines{});
}

TEST(ConfigWarnings, AWassersteinLossWantsABound) {
  Config config;
  config.loss.kind = LossKind::kWasserstein;
  ASSERT_EQ(config_warnings(config).size(), 1U);
  EXPECT_NE(config_warnings(config)[0].find("loss.penalty = wgan_gp"), std::string::npos);
  config.loss.weight_clip = 0.01;
  EXPECT_EQ(config_warnings(config), Lines{});
}

}  // namespace
}  // namespace gan
