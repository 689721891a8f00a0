#include "models/matrix_convs.hpp"

#include <gtest/gtest.h>

namespace gan {
namespace {

namespace nn = torch::nn;

// Both layers, given the same weights, agree in value and in every gradient.
template <typename Ours, typename Plain>
void expect_same(Ours ours, Plain plain, const torch::Tensor& input) {
  const auto parameters = ours->parameters();
  ASSERT_EQ(parameters.size(), plain->parameters().size());
  {
    const torch::NoGradGuard no_grad;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      plain->parameters()[i].copy_(parameters[i]);
    }
  }
  auto x = input.clone().requires_grad_();
  auto y = input.clone().requires_grad_();
  const auto a = ours(x);
  const auto b = plain(y);
  ASSERT_EQ(a.sizes(), b.sizes());
  EXPECT_TRUE(torch::allclose(a, b, 1e-5, 1e-5));
  const auto weights = torch::randn_like(b);
  (a * weights).sum().backward();
  (b * weights).sum().backward();
  EXPECT_TRUE(torch::allclose(x.grad(), y.grad(), 1e-4, 1e-4));
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    EXPECT_TRUE(torch::allclose(parameters[i].grad(), plain->parameters()[i].grad(), 1e-4, 1e-4));
  }
}

TEST(OneChannelConv2d, IsConv2dWithItsGradients) {
  torch::manual_seed(4);
  for (const std::int64_t kernel : {1, 3, 4, 5}) {
    for (const bool with_bias : {true, false}) {
      const auto options =
          nn::Conv2dOptions(1, 6, kernel).stride(2).padding((kernel - 1) / 2).bias(with_bias);
      expect_same(OneChannelConv2d(options), nn::Conv2d(options), torch::randn({3, 1, 9, 12}));
    }
  }
}

TEST(StemConvTranspose2d, IsConvTranspose2dWithItsGradients) {
  torch::manual_seed(5);
  for (const bool with_bias : {true, false}) {
    const auto options = nn::ConvTranspose2dOptions(7, 5, {3, 4}).bias(with_bias);
    expect_same(StemConvTranspose2d(options), nn::ConvTranspose2d(options),
                torch::randn({4, 7, 1, 1}));
  }
}

TEST(OneChannelConvTranspose2d, IsConvTranspose2dWithItsGradients) {
  torch::manual_seed(6);
  for (const std::int64_t kernel : {3, 4, 5}) {
    for (const bool with_bias : {true, false}) {
      const auto options = nn::ConvTranspose2dOptions(6, 1, {kernel, kernel - kernel % 2})
                               .stride(2)
                               .padding((kernel - 1) / 2)
                               .output_padding({kernel % 2, kernel % 2})
                               .bias(with_bias);
      expect_same(OneChannelConvTranspose2d(options), nn::ConvTranspose2d(options),
                  torch::randn({3, 6, 5, 7}));
    }
  }
}

}  // namespace
}  // namespace gan
