#include "models/spectral_norm.hpp"

#include <gtest/gtest.h>

namespace gan {
namespace {

namespace nn = torch::nn;

double largest_singular_value(const torch::Tensor& weight) {
  return torch::linalg_svdvals(weight.detach().flatten(1), std::nullopt).max().item<double>();
}

torch::Tensor to_unit(const torch::Tensor& vector) { return vector / vector.norm(); }

nn::Conv2dOptions strided() { return nn::Conv2dOptions(3, 5, 4).stride(2).padding(1); }

TEST(SpectralNorm, DividesByTheLargestSingularValueAfterManyPasses) {
  torch::manual_seed(1);
  SpectralConv2d conv(strided());
  SpectralLinear linear(nn::LinearOptions(12, 7));
  const auto images = torch::randn({2, 3, 8, 9});
  const auto vectors = torch::randn({2, 12});
  const torch::NoGradGuard no_grad;
  for (int i = 0; i < 500; ++i) {
    conv(images);
    linear(vectors);
  }
  const auto a = torch::conv2d(
      images, conv->weight_orig / largest_singular_value(conv->weight_orig), conv->bias, 2, 1);
  EXPECT_TRUE(torch::allclose(conv(images), a, 1e-4, 1e-5));
  const auto b = torch::linear(
      vectors, linear->weight_orig / largest_singular_value(linear->weight_orig), linear->bias);
  EXPECT_TRUE(torch::allclose(linear(vectors), b, 1e-4, 1e-5));
}

TEST(SpectralNorm, IteratesOnceAPassInTrainingAndNeverElse) {
  torch::manual_seed(2);
  SpectralLinear layer(nn::LinearOptions(6, 4));
  const auto w = layer->weight_orig.detach();
  const auto u = layer->weight_u.clone();
  layer(torch::randn({2, 6}));
  const auto v1 = to_unit(torch::mv(w.t(), u));
  const auto u1 = to_unit(torch::mv(w, v1));
  EXPECT_TRUE(torch::allclose(layer->weight_v, v1));
  EXPECT_TRUE(torch::allclose(layer->weight_u, u1));
  layer->eval();
  const auto x = torch::randn({2, 6});
  const auto sigma = torch::dot(u1, torch::mv(w, v1));
  EXPECT_TRUE(torch::allclose(layer(x), torch::linear(x, w / sigma, layer->bias)));
  EXPECT_TRUE(torch::allclose(layer->weight_u, u1, 0, 0));
}

TEST(SpectralNorm, GradientsAreThoseOfTheQuotientWithUAndVHeldFixed) {
  torch::manual_seed(3);
  SpectralConv2d layer(strided());
  auto x = torch::randn({2, 3, 8, 9}).requires_grad_();
  const auto y = layer(x);
  const auto u = layer->weight_u.clone(), v = layer->weight_v.clone();
  layer(torch::randn({2, 3, 8, 9}));  // like D's second pass before the gradient of both
  const auto weights = torch::randn_like(y);
  (y * weights).sum().backward();

  auto w = layer->weight_orig.detach().clone().requires_grad_();
  auto z = x.detach().clone().requires_grad_();
  const auto sigma = torch::dot(u, torch::mv(w.flatten(1), v));
  (torch::conv2d(z, w / sigma, layer->bias.detach(), 2, 1) * weights).sum().backward();
  EXPECT_TRUE(torch::allclose(layer->weight_orig.grad(), w.grad(), 1e-4, 1e-5));
  EXPECT_TRUE(torch::allclose(x.grad(), z.grad(), 1e-4, 1e-5));
}

TEST(SpectralNorm, HasTheNamesOfPyTorchAndCopiesWithItsVectors) {
  nn::Sequential net(SpectralConv2d(strided()), nn::Flatten(),
                     SpectralLinear(nn::LinearOptions(60, 1)));
  EXPECT_EQ(net->named_parameters().keys(),
            (std::vector<std::string>{"0.weight_orig", "0.bias", "2.weight_orig", "2.bias"}));
  EXPECT_EQ(net->named_buffers().keys(),
            (std::vector<std::string>{"0.weight_u", "0.weight_v", "2.weight_u", "2.weight_v"}));
  const auto copy = std::dynamic_pointer_cast<nn::SequentialImpl>(net->clone());
  const auto images = torch::randn({2, 3, 8, 6});
  net->eval();
  copy->eval();
  EXPECT_TRUE(torch::equal(net->forward(images), copy->forward(images)));
  net->train();
  net->forward(images);
  net->eval();
  EXPECT_FALSE(torch::equal(net->forward(images), copy->forward(images)));  // separate buffers
  EXPECT_FALSE(SpectralLinear(nn::LinearOptions(3, 2).bias(false))->bias.defined());
}

}  // namespace
}  // namespace gan
