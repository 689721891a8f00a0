#include "train/health.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <regex>

#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/linear.h>
#include <torch/utils.h>

#include "gan_train/config/option.hpp"
#include "gan_train/data/dataset.hpp"

namespace gan {
namespace {

// The input of watch_health() for an epoch.
struct Epoch {
  StepMetrics metrics = {.d_real = 0.7, .d_fake = 0.3, .d_grad_norm = 1.0, .g_grad_norm = 0.5};
  double diversity = 0.9;
};
constexpr Epoch kSound;

// Number of warnings in each of several epochs with the same metrics.
std::vector<std::size_t> warnings_of(const Epoch& epoch, int epochs, HealthState& state,
                                     const LossConfig& loss = {}) {
  std::vector<std::size_t> counts;
  for (int i = 0; i < epochs; ++i)
    counts.push_back(watch_health(epoch.metrics, epoch.diversity, loss, state).size());
  return counts;
}

using Counts = std::vector<std::size_t>;

TEST(Health, ASoundRunIsNotWarnedOf) {
  HealthState state;
  EXPECT_EQ(warnings_of(kSound, 10, state), Counts(10, 0));
}

TEST(Health, ASignIsWarnedOfOnceItLastsAndAgainWhenItComesBack) {
  HealthState state;
  Epoch collapsed = kSound;
  collapsed.diversity = 0.05;
  warnings_of(kSound, 1, state);
  EXPECT_EQ(warnings_of(collapsed, 6, state), (Counts{0, 0, 1, 0, 0, 0}));
  EXPECT_EQ(warnings_of(kSound, 1, state), Counts{0});
  EXPECT_EQ(warnings_of(collapsed, 3, state), (Counts{0, 0, 1}));
}

TEST(Health, OnlyWhereDIsAChanceCanItBeTooSure) {
  for (const LossKind kind : {LossKind::kBce, LossKind::kMinimax, LossKind::kLsgan,
                              LossKind::kHinge, LossKind::kWasserstein, LossKind::kRelativistic}) {
    HealthState state;
    Epoch sure = kSound;
    sure.metrics.d_real = 1.0;
    sure.metrics.d_fake = 0.0;
    const bool chance = kind == LossKind::kBce || kind == LossKind::kMinimax;
    EXPECT_EQ(warnings_of(sure, 3, state, {.kind = kind}).back(), chance ? 1u : 0u) << kind;
  }
}

TEST(Health, EachSignNamesItself) {
  const auto third = [](Epoch epoch, Epoch before) {
    const LossConfig loss{.real_label = {0.9, 0.9}};
    HealthState state;
    warnings_of(before, 1, state, loss);
    warnings_of(epoch, 2, state, loss);
    return watch_health(epoch.metrics, epoch.diversity, loss, state);
  };
  Epoch wins = kSound;
  wins.metrics.d_real = 0.9;
  wins.metrics.d_fake = 0.01;
  ASSERT_EQ(third(wins, kSound).size(), 1u);  // 0.89 of a gap of 0.9
  EXPECT_EQ(third(wins, kSound)[0].symptom, Symptom::kDiscriminatorWins);
  Epoch weak = kSound;
  weak.metrics.g_grad_norm = 1e-4;
  ASSERT_EQ(third(weak, kSound).size(), 1u);
  EXPECT_EQ(third(weak, kSound)[0].symptom, Symptom::kVanishingGradient);
  EXPECT_NE(third(weak, kSound)[0].text.find("norm 0.0001, at most 0.5 before"), std::string::npos);
}

// The config keys named in a text, such as "optim.lr".
std::vector<std::string> keys_in(const std::string& text) {
  static const std::regex pattern("[a-z]+\\.[a-z_0-9]*[a-z][a-z_0-9]*");
  std::vector<std::string> keys;
  for (std::sregex_iterator i(text.begin(), text.end(), pattern), end; i != end; ++i) {
    keys.push_back(i->str());
  }
  return keys;
}

TEST(Health, EachWarningNamesKeysThatThereAreAndValuesThatTheyTake) {
  Config config;
  const auto table = option_table(config);
  HealthState state;
  Epoch lost = kSound;
  lost.metrics.d_real = 1.0;
  lost.metrics.d_fake = 0.0;
  lost.diversity = 0.0;
  lost.metrics.g_grad_norm = 0.0;
  warnings_of(kSound, 1, state);
  warnings_of(lost, 2, state);
  const auto warnings = watch_health(lost.metrics, lost.diversity, {}, state);
  ASSERT_EQ(warnings.size(), kSymptomCount);
  for (const auto& warning : warnings) {
    const auto keys = keys_in(warning.text);
    EXPECT_GE(keys.size(), 4u) << warning.text;
    for (const auto& key : keys) {
      const auto option = std::find_if(table.begin(), table.end(),
                                       [&](const Option& row) { return row.key == key; });
      ASSERT_NE(option, table.end()) << key;
      // The value in "key = value," ends at a comma, a blank or the end.
      const auto said = warning.text.find(key + " = ");
      if (said == std::string::npos) continue;
      const auto begin = said + key.size() + 3;
      const auto value =
          warning.text.substr(begin, warning.text.find_first_of(", ", begin) - begin);
      EXPECT_EQ(set_value(*option, value), "") << key;
    }
    EXPECT_NE(warning.text.find("loss.penalty = r1"), std::string::npos);
  }
  check_config(config);  // and all together
}

TEST(Health, APenaltyThatIsThereIsNotAdvised) {
  HealthState state;
  Epoch collapsed = kSound;
  collapsed.diversity = 0.0;
  const LossConfig loss{.penalty = PenaltyKind::kR1};
  warnings_of(collapsed, 2, state, loss);
  const auto text = watch_health(collapsed.metrics, collapsed.diversity, loss, state).at(0).text;
  EXPECT_EQ(text.find("loss.penalty ="), std::string::npos);
  EXPECT_NE(text.find("a larger loss.penalty_weight"), std::string::npos);
}

TEST(Health, AGeneratorThatGrowsMoreVariedHasNotCollapsed) {
  HealthState state;
  Epoch epoch = kSound;
  std::size_t count = 0;
  for (epoch.diversity = 0.01; epoch.diversity < 0.1; epoch.diversity *= 1.2) {
    count += watch_health(epoch.metrics, epoch.diversity, {}, state).size();
  }
  EXPECT_EQ(count, 0u);
}

Dataset two_points() {
  const auto samples = torch::tensor({-1.0F, 0.0F, 1.0F, 0.0F}).view({2, 2, 1, 1});
  return {"points", {2, 1, 1}, samples, {}};
}

// A generator that maps each latent to (scale * its first number, 0).
torch::nn::Sequential scaled(float scale) {
  torch::nn::Linear layer(torch::nn::LinearOptions(1, 2).bias(false));
  const torch::NoGradGuard no_grad;
  layer->weight.copy_(torch::tensor({scale, 0.0F}).view({2, 1}));
  return torch::nn::Sequential(layer, torch::nn::Unflatten(torch::nn::UnflattenOptions(
                                          1, std::vector<std::int64_t>{2, 1, 1})));
}

TEST(Health, DiversityIsTheRatioOfMeanDistances) {
  Config config;
  config.model.latent_dim = 1;
  const DiversityMeter meter(two_points(), config);
  EXPECT_EQ(meter.measure(scaled(0.0F)), 0.0);
  const double one = meter.measure(scaled(1.0F));
  // Two standard normal numbers are 2 / sqrt(pi) apart on average; two draws of these two points 1,
  // twice the probability of drawing different ones.
  EXPECT_NEAR(one, 1.128, 0.2);
  EXPECT_NEAR(meter.measure(scaled(3.0F)), 3 * one, 1e-4);
}

TEST(Health, MeasuringDoesNotTouchTheGenerator) {
  Config config;
  config.model.latent_dim = 1;
  auto generator = scaled(1.0F);
  const DiversityMeter meter(two_points(), config);
  torch::manual_seed(5);
  const auto expected = torch::randn({4});
  torch::manual_seed(5);
  EXPECT_EQ(meter.measure(generator), meter.measure(generator));
  EXPECT_TRUE(torch::equal(torch::randn({4}), expected));
  EXPECT_TRUE(generator->is_training());
}

}  // namespace
}  // namespace gan
