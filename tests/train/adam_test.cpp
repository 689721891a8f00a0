#include "gan_train/train/adam.hpp"

#include <gtest/gtest.h>

#include <torch/torch.h>

namespace gan {
namespace {

// Against LibTorch's own optimiser: other code, same equations.
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
    // However it lies in memory.
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

}  // namespace
}  // namespace gan
