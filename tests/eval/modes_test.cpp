#include <gtest/gtest.h>

#include <torch/types.h>

#include "eval/metrics.hpp"
#include "message.hpp"

namespace gan {
namespace {

// Two modes at (0, 0) and (10, 0), each with standard deviation 1 in both coordinates.
const torch::Tensor& two_modes() {
  static const torch::Tensor points =
      torch::tensor({{1.0F, 1.0F}, {-1.0F, -1.0F}, {11.0F, -1.0F}, {9.0F, 1.0F}});
  return points;
}

TEST(Modes, AreFoundByPointsWithinThreeDeviations) {
  const auto modes = torch::tensor({0, 0, 1, 1}, torch::kInt64);
  const auto figures = [&](const torch::Tensor& samples) {
    return mode_metrics(two_modes(), modes, samples);
  };
  const auto one = figures(torch::tensor({{2.9F, 0.0F}, {0.0F, 3.1F}, {5.0F, 0.0F}, {0.0F, 0.0F}}));
  EXPECT_EQ(one.found, 1);
  EXPECT_EQ(one.within, 0.5);
  const auto both = figures(torch::tensor({{10.0F, 2.9F}, {-2.0F, -2.0F}}));
  EXPECT_EQ(both.found, 2);
  EXPECT_EQ(both.within, 1.0);
  EXPECT_EQ(figures(torch::full({5, 2}, 5.0F)).found, 0);
}

TEST(Modes, RefuseSizesThatDoNotFit) {
  EXPECT_EQ(usage_message_of([] {
              mode_metrics(two_modes(), torch::zeros({3}, torch::kInt64), torch::zeros({2, 2}));
            }),
            "modes: 4 points of 2 coordinates with 3 modes, and samples of 2");
}

}  // namespace
}  // namespace gan
