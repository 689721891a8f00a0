#include "models/minibatch_stddev.hpp"

#include <gtest/gtest.h>

#include "gan_train/core/error.hpp"

namespace gan {
namespace {

TEST(MinibatchStddev, AddsTheMeanDeviationOfEachGroupOfNeighbours) {
  MinibatchStddev layer(2);
  const auto x = torch::tensor({{1.0F, 5.0F}, {3.0F, 5.0F}, {0.0F, -6.0F}, {4.0F, 0.0F}});
  const auto y = layer(x);
  EXPECT_EQ(y.sizes(), (torch::IntArrayRef{4, 3}));
  EXPECT_TRUE(torch::equal(y.narrow(1, 0, 2), x));
  // Deviations 1 and 0, then 2 and 3; the epsilon in the root keeps 0 at 1e-4.
  const auto expected = torch::tensor({0.50005F, 0.50005F, 2.5F, 2.5F});
  EXPECT_TRUE(torch::allclose(y.select(1, 2), expected, 1e-6, 1e-6)) << y;
}

TEST(MinibatchStddev, HasAFiniteGradientWhereAllAreAlike) {
  auto x = torch::ones({4, 3}).requires_grad_();
  MinibatchStddev(4)->forward(x).sum().backward();
  EXPECT_TRUE(x.grad().isfinite().all().item<bool>());
}

TEST(MinibatchStddev, TakesASmallerBatchAsOneGroupAndRefusesARest) {
  MinibatchStddev layer(4);
  EXPECT_NEAR(layer(torch::tensor({{1.0F}, {3.0F}}))[0][1].item<double>(), 1.0, 1e-6);
  EXPECT_THROW(layer(torch::ones({6, 1})), Error);
}

}  // namespace
}  // namespace gan
