#include "tune/space.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <set>

#include "config/helpers.hpp"

namespace gan {
namespace {

Space space_of(std::string_view text) {
  Config config;
  return parse_space(text, option_table(config));
}

std::string space_message(std::string_view text) {
  return usage_message_of([&] { space_of(text); });
}

TEST(Space, ReadsListsAndRanges) {
  const Space space = space_of(
      "optim.lr=1e-4..1e-2:log; train.ema=0,0.99 ;augment.cutout=0..0.5;loss.kind=bce,hinge;"
      "train.batch_size=16..64;model.generator_norm=true,false");
  ASSERT_EQ(space.size(), 6u);
  EXPECT_EQ(space[0].key, "optim.lr");
  EXPECT_EQ(space[0].low, 1e-4);
  EXPECT_EQ(space[0].high, 1e-2);
  EXPECT_TRUE(space[0].logarithmic);
  EXPECT_TRUE(space[0].values.empty());
  EXPECT_EQ(space[1].values, (Strings{"0", "0.99"}));
  EXPECT_FALSE(space[2].logarithmic);
  EXPECT_FALSE(space[2].is_integer);
  EXPECT_EQ(space[3].values, (Strings{"bce", "hinge"}));
  EXPECT_TRUE(space[4].is_integer);
  EXPECT_EQ(space[5].values, (Strings{"true", "false"}));
  // Aliases are known, and values are written in canonical form.
  EXPECT_EQ(space_of("lr=0.0001,1e-4,2e-4")[0].values, (Strings{"1.0e-04", "2.0e-04"}));
  EXPECT_EQ(space_of("lr=1e-4")[0].key, "optim.lr");
  EXPECT_EQ(space_of("loss.real_label=0.9,0.8:1")[0].values, (Strings{"0.9", "0.8:1"}));
  EXPECT_TRUE(space_of("").empty());
}

TEST(Space, SaysWhatIsWrong) {
  EXPECT_EQ(space_message("optim.ls=1"),
            "config key search.space: 'optim.ls' is not a key that can be searched; did you mean "
            "'optim.lr'?");
  for (const auto* key : {"data.path", "train.seed", "train.epochs", "output.dir", "eval.every",
                          "train.device", "train.cuda_graph", "model.generator_widths"}) {
    EXPECT_NE(space_message(str(key, "=1")).find("not a key that can be searched"),
              std::string::npos)
        << key;
  }
  EXPECT_NE(space_message("optim.lr=1e-4,20").find("optim.lr: '20' is out of range"),
            std::string::npos);
  EXPECT_NE(space_message("lr=1e-4..20:log").find("'20' is out of range"), std::string::npos);
  EXPECT_NE(space_message("lr=2e-3..1e-3").find("is not a range"), std::string::npos);
  EXPECT_NE(space_message("train.ema=0..0.9:log").find("begins at 0"), std::string::npos);
  EXPECT_NE(space_message("loss.penalty_weight=0.1..3:lo").find("'3:lo' is not a number"),
            std::string::npos);
  EXPECT_NE(space_message("model.bias=false..true").find("does not take a range"),
            std::string::npos);
  EXPECT_NE(space_message("optim.lr=").find("has no values"), std::string::npos);
  EXPECT_NE(space_message("optim.lr").find("has no values"), std::string::npos);
  EXPECT_NE(space_message("lr=1e-3;optim.lr=1e-4").find("occurs twice"), std::string::npos);
  // All mistakes are reported at once.
  const auto message = space_message("optim.ls=1;train.ema=2");
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 1);
}

TEST(Space, CheckingChangesNoConfig) {
  Config config;
  parse_space("optim.lr=1e-3..1e-2;loss.kind=hinge", option_table(config));
  EXPECT_EQ(values_of(config), values_of(Config()));
}

TEST(DrawTrials, AListIsGoneThroughWholeAndOnce) {
  const Space space = space_of("optim.beta1=0,0.5,0.9;loss.kind=bce,hinge");
  const auto trials = draw_trials(space, {"0.5", "bce"}, 100, 1);
  ASSERT_EQ(trials.size(), 6u);  // 3 x 2, including the recipe unchanged
  EXPECT_TRUE(trials[0].empty());
  const std::set<Trial> others(trials.begin() + 1, trials.end());
  EXPECT_EQ(others.size(), 5u);
  EXPECT_FALSE(others.contains({"0.5", "bce"}));
  EXPECT_TRUE(others.contains({"0.9", "hinge"}));
}

TEST(DrawTrials, AreAPureFunctionOfTheSeed) {
  for (const auto* text : {"optim.beta1=0,0.3,0.5,0.9;loss.kind=bce,hinge,lsgan",
                           "optim.lr=1e-4..1e-2:log;loss.kind=bce,hinge"}) {
    const Space space = space_of(text);
    const Trial recipe = {"x", "y"};
    const auto eight = draw_trials(space, recipe, 8, 7);
    EXPECT_EQ(eight, draw_trials(space, recipe, 8, 7));
    EXPECT_NE(eight, draw_trials(space, recipe, 8, 8));
    // A larger number of trials starts with the same ones.
    auto more = draw_trials(space, recipe, 12, 7);
    more.resize(8);
    EXPECT_EQ(eight, more);
  }
}

TEST(DrawTrials, RangesAreFilledEvenly) {
  const Space space =
      space_of("optim.lr=1e-4..1e-2:log;augment.cutout=0.2..0.6;train.batch_size=2..4");
  constexpr std::int64_t kCount = 3000;
  const auto trials = draw_trials(space, {}, kCount + 1, 1);
  double below = 0, sum = 0;
  std::set<std::string> sizes;
  for (std::size_t i = 1; i < trials.size(); ++i) {
    const double lr = std::stod(trials[i][0]);
    EXPECT_TRUE(lr >= 1e-4 && lr <= 1e-2) << trials[i][0];
    below += lr < 1e-3 ? 1 : 0;  // the logarithmic middle
    const double cutout = std::stod(trials[i][1]);
    EXPECT_TRUE(cutout >= 0.2 && cutout <= 0.6);
    sum += cutout;
    sizes.insert(trials[i][2]);
  }
  EXPECT_NEAR(below / kCount, 0.5, 0.03);
  EXPECT_NEAR(sum / kCount, 0.4, 0.01);
  EXPECT_EQ(sizes, (std::set<std::string>{"2", "3", "4"}));
}

TEST(DefaultSpace, CanBeReadAndFitsTheRecipe) {
  const auto text_for = [](void (*change)(Config&)) {
    Config config;
    change(config);
    const auto text = default_space(config);
    parse_space(text, option_table(config));
    return text;
  };
  const auto has = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  const auto usual = text_for([](Config&) {});
  EXPECT_TRUE(has(usual, "optim.lr=5.0e-05..8.0e-04:log"));
  EXPECT_TRUE(has(usual, "optim.discriminator_lr=5.0e-05..8.0e-04:log"));
  EXPECT_TRUE(has(usual, "loss.kind=bce,hinge,relativistic"));
  EXPECT_TRUE(has(usual, "loss.penalty=none,r1"));
  const auto wgan = text_for([](Config& config) {
    config.loss.kind = LossKind::kWasserstein;
    config.loss.penalty = PenaltyKind::kWganGp;
  });
  EXPECT_FALSE(has(wgan, "loss.kind"));
  EXPECT_FALSE(has(wgan, "loss.penalty="));
  EXPECT_TRUE(has(wgan, "loss.penalty_weight=1..100:log"));
  const auto separate = text_for(
      [](Config& config) { config.train.discriminator_update = DiscriminatorUpdate::kSeparate; });
  EXPECT_FALSE(has(separate, "relativistic"));
  const auto labelled = text_for([](Config& config) { config.loss.real_label = {0.9, 0.9}; });
  EXPECT_FALSE(has(labelled, "loss.kind"));
  text_for([](Config& config) { config.optim.lr = 10; });  // stays within the option's range
}

TEST(SearchTable, DefaultsAreAllowedAndComeBackFromYaml) {
  SearchConfig search{.trials = 7, .space = "optim.lr=1e-3..1e-2:log; loss.kind=bce,hinge"};
  const auto text = to_yaml(search_table(search));
  SearchConfig read;
  auto parsed = parse_yaml(text, "search.yaml");
  apply_settings(search_table(read), parsed.settings, parsed.mistakes);
  EXPECT_EQ(to_yaml(search_table(read)), text);
  EXPECT_EQ(read.space, search.space);
  SearchConfig defaults;
  for (const auto& option : search_table(defaults)) {
    EXPECT_EQ(set_value(option, value_text(option)), "") << option.key;
    EXPECT_TRUE(option.help.ends_with('.')) << option.key;
  }
}

}  // namespace
}  // namespace gan
