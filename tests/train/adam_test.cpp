#include "gan_train/train/adam.hpp"

#include <gtest/gtest.h>

#include <torch/optim.h>
#include <torch/utils.h>

#include "dist/ranks.hpp"

namespace gan {
namespace {

// Compares with LibTorch's optimiser: other code, same equations.
TEST(Adam, EqualsTorchOptimAdam) {
  OptimConfig config;
  config.beta1 = 0.5;
  config.beta2 = 0.9;
  config.eps = 1e-7;
  torch::manual_seed(1);
  const auto start = torch::randn({4, 3});
  auto ours = start.clone();
  auto theirs = start.clone().requires_grad_();
  Adam adam({ours}, 0.01, config);
  torch::optim::Adam reference({theirs},
                               torch::optim::AdamOptions(0.01).betas({0.5, 0.9}).eps(1e-7));
  for (int i = 0; i < 50; ++i) {
    // In either memory layout.
    const auto gradient = i % 2 == 0 ? torch::randn({4, 3}) : torch::randn({3, 4}).t();
    adam.step({gradient});
    theirs.mutable_grad() = gradient.contiguous();
    reference.step();
    ASSERT_TRUE(torch::allclose(ours, theirs.detach(), 1e-5, 1e-6)) << "step " << i;
  }
  EXPECT_EQ(adam.steps(), 50);
}

TEST(Adam, GoesOnFromALoadedState) {
  torch::manual_seed(2);
  auto unbroken = torch::ones({5});
  Adam first({unbroken}, 0.1, OptimConfig());
  std::vector<torch::Tensor> gradients;
  for (int i = 0; i < 6; ++i) gradients.push_back(torch::randn({5}));
  for (int i = 0; i < 3; ++i) first.step({gradients[static_cast<std::size_t>(i)]});

  auto resumed = unbroken.clone();
  Adam second({resumed}, 0.1, OptimConfig());
  second.load(first.state(), first.steps());
  for (int i = 3; i < 6; ++i) {
    first.step({gradients[static_cast<std::size_t>(i)]});
    second.step({gradients[static_cast<std::size_t>(i)]});
  }
  EXPECT_TRUE(torch::equal(unbroken, resumed));
}

// Two parameters with the gradients (3, 0) and (0, 4), and one that the loss does not depend on.
struct Slope {
  std::vector<torch::Tensor> parameters = {torch::zeros({2}).requires_grad_(),
                                           torch::zeros({2}).requires_grad_(),
                                           torch::ones({3}).requires_grad_()};
  Adam adam{parameters, 0.1, OptimConfig()};

  torch::Tensor descend_once(double max_norm) {
    return descend(3 * parameters[0][0] + 4 * parameters[1][1], adam, max_norm, single_rank());
  }
  // After one step, Adam's first moment is (1 - beta1) times the gradient.
  double gradient(std::size_t parameter, std::int64_t element) const {
    return 2 * adam.state().exp_avg[parameter][element].item<double>();
  }
};

TEST(Descent, TakesTheGradientAsItIsWithoutALimit) {
  Slope slope;
  EXPECT_NEAR(slope.descend_once(0).item<double>(), 5.0, 1e-6);
  EXPECT_NEAR(slope.gradient(0, 0), 3.0, 1e-6);
  EXPECT_NEAR(slope.gradient(1, 1), 4.0, 1e-6);
}

TEST(Descent, ScalesALongerGradientDownAndReportsItsLength) {
  Slope slope;
  EXPECT_NEAR(slope.descend_once(2.5).item<double>(), 5.0, 1e-6);
  EXPECT_NEAR(slope.gradient(0, 0), 1.5, 1e-5);
  EXPECT_NEAR(slope.gradient(1, 1), 2.0, 1e-5);
  Slope shorter;
  shorter.descend_once(6);
  EXPECT_NEAR(shorter.gradient(1, 1), 4.0, 1e-6);
}

TEST(Descent, LeavesAloneWhatTheLossDoesNotDependOn) {
  Slope slope;
  slope.descend_once(0);
  EXPECT_TRUE(torch::equal(slope.parameters[2], torch::ones({3})));
}

TEST(Descent, WeightsAreClippedOnBothSides) {
  std::vector<torch::Tensor> weights = {torch::tensor({-3.0, 0.02, 0.5}).requires_grad_()};
  clip_weights(weights, 0);
  EXPECT_EQ(weights[0][0].item<double>(), -3.0F);
  clip_weights(weights, 0.1);
  EXPECT_TRUE(torch::allclose(weights[0], torch::tensor({-0.1, 0.02, 0.1})));
}

}  // namespace
}  // namespace gan
