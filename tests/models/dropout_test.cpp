#include "models/dropout.hpp"

#include <gtest/gtest.h>

namespace gan {
namespace {

TEST(Dropout, ZeroesItsShareAndScalesTheRest) {
  torch::manual_seed(6);
  Dropout dropout(0.3);
  const auto out = dropout(torch::ones({1000, 1000}));
  EXPECT_NEAR((out == 0).to(torch::kFloat64).mean().item<double>(), 0.3, 0.002);
  EXPECT_FLOAT_EQ(out.max().item<float>(), static_cast<float>(1 / 0.7));
  EXPECT_NEAR(out.mean().item<double>(), 1.0, 0.003);
}

TEST(Dropout, FollowsTheSeedAndDrawsAnewEachCall) {
  Dropout dropout(0.5);
  const auto x = torch::ones({64, 64});
  torch::manual_seed(7);
  const auto first = dropout(x);
  const auto second = dropout(x);
  EXPECT_FALSE(torch::equal(first, second));
  torch::manual_seed(7);
  EXPECT_TRUE(torch::equal(dropout(x), first));
}

TEST(Dropout, IsTheSameForAnyNumberOfThreads) {
  Dropout dropout(0.5);
  const auto x = torch::ones({512, 512});
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  torch::manual_seed(8);
  const auto alone = dropout(x);
  at::set_num_threads(3);
  torch::manual_seed(8);
  EXPECT_TRUE(torch::equal(dropout(x), alone));
  at::set_num_threads(threads);
}

TEST(Dropout, SendsBackGradientsThroughWhatItKept) {
  torch::manual_seed(9);
  Dropout dropout(0.4);
  const auto x = torch::randn({50, 50}).requires_grad_();
  const auto out = dropout(x);
  out.sum().backward();
  EXPECT_TRUE(torch::allclose(x.grad() * x.detach(), out.detach()));
}

TEST(Dropout, DoesNothingInEvaluation) {
  Dropout dropout(0.4);
  dropout->eval();
  const auto x = torch::randn({5, 5});
  EXPECT_TRUE(dropout(x).is_same(x));
}

}  // namespace
}  // namespace gan
