#include "models/upsampled_conv.hpp"

#include <gtest/gtest.h>

#include <torch/autograd.h>
#include <torch/nn/modules/upsampling.h>

namespace gan {
namespace {

namespace nn = torch::nn;

TEST(UpsampledConv2d, IsUpsamplingAndThenConvolvingWithItsGradients) {
  torch::manual_seed(3);
  for (const std::int64_t kernel : {1, 3, 5, 7, 9}) {
    for (const bool with_bias : {true, false}) {
      const auto options = nn::Conv2dOptions(3, 2, kernel).padding(kernel / 2).bias(with_bias);
      UpsampledConv2d fused(options);
      nn::Conv2d plain(options);
      nn::Upsample upsample(nn::UpsampleOptions().scale_factor(std::vector<double>{2, 2}));
      const auto parameters = fused->parameters();
      {
        const torch::NoGradGuard no_grad;
        for (std::size_t i = 0; i < parameters.size(); ++i) {
          plain->parameters()[i].copy_(parameters[i]);
        }
      }
      auto x = torch::randn({2, 3, 5, 4}).requires_grad_();
      auto y = x.detach().clone().requires_grad_();
      const auto a = fused(x);
      const auto b = plain(upsample(y));
      EXPECT_TRUE(torch::allclose(a, b, 1e-5, 1e-5)) << kernel;
      const auto weights = torch::randn_like(a);
      (a * weights).sum().backward();
      (b * weights).sum().backward();
      EXPECT_TRUE(torch::allclose(x.grad(), y.grad(), 1e-4, 1e-4)) << kernel;
      for (std::size_t i = 0; i < parameters.size(); ++i) {
        EXPECT_TRUE(
            torch::allclose(parameters[i].grad(), plain->parameters()[i].grad(), 1e-4, 1e-4))
            << kernel;
      }
    }
  }
}

// Needed for a penalty on a gradient through this layer.
TEST(UpsampledConv2d, GoesBackTwiceAsUpsamplingAndConvolvingDoes) {
  torch::manual_seed(4);
  const auto options = nn::Conv2dOptions(2, 3, 5).padding(2);
  UpsampledConv2d fused(options);
  const auto weight = fused->weight.detach().clone().requires_grad_();
  const auto x = torch::randn({2, 2, 3, 4});
  const auto twice = [&](const torch::Tensor& input, const torch::Tensor& output,
                         const torch::Tensor& kernel) {
    const auto slope = torch::autograd::grad({output.tanh().sum()}, {input}, {}, true, true)[0];
    return torch::autograd::grad({slope.square().sum()}, {kernel})[0];
  };
  const auto a = x.clone().requires_grad_();
  const auto b = x.clone().requires_grad_();
  const auto upsampled = b.repeat_interleave(2, 2).repeat_interleave(2, 3);
  const auto expected =
      twice(b, torch::conv2d(upsampled, weight, fused->bias.detach(), 1, 2), weight);
  EXPECT_TRUE(torch::allclose(twice(a, fused(a), fused->weight), expected, 1e-3, 1e-3));
  EXPECT_GT(expected.abs().max().item<double>(), 0.1);
}

TEST(UpsampledConv2d, HasTheParametersOfAConvolutionAndNoBuffers) {
  UpsampledConv2d layer(nn::Conv2dOptions(3, 2, 5).padding(2));
  EXPECT_EQ(layer->named_parameters().keys(), (std::vector<std::string>{"weight", "bias"}));
  EXPECT_TRUE(layer->buffers().empty());
  EXPECT_EQ(layer->weight.sizes(), (torch::IntArrayRef{2, 3, 5, 5}));
}

}  // namespace
}  // namespace gan
