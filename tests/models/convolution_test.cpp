#include "models/convolution.hpp"

#include <gtest/gtest.h>

#include <ATen/autocast_mode.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include "models/precision.hpp"

namespace gan {
namespace {

namespace nn = torch::nn;

template <typename To, typename From>
void copy_weights(To& to, From& from) {
  const torch::NoGradGuard no_grad;
  ASSERT_EQ(to->parameters().size(), from->parameters().size());
  for (std::size_t i = 0; i < to->parameters().size(); ++i) {
    to->parameters()[i].copy_(from->parameters()[i]);
  }
}

// Relative to the norm of the exact tensor.
double distance(const torch::Tensor& a, const torch::Tensor& exact) {
  return (a - exact).norm().item<double>() / (exact.norm().item<double>() + 1e-6);
}

// A layer's output, the gradients of its input and parameters and, last, the parameters' gradients
// of the norm of the input's gradient, as for a penalty.
template <typename Layer>
std::vector<torch::Tensor> all_of(Layer& layer, const torch::Tensor& input, bool bf16) {
  const auto x = input.clone().requires_grad_();
  const auto out = [&] {
    const Autocast autocast(torch::kCPU, bf16);
    return layer(x).to(torch::kFloat32);
  }();
  torch::manual_seed(9);
  const auto weights = torch::randn_like(out.contiguous());
  const auto loss = (out * weights).sum();
  std::vector<torch::Tensor> all = {out, torch::autograd::grad({loss}, {x}, {}, true, true)[0]};
  for (const auto& gradient : torch::autograd::grad({loss}, layer->parameters(), {}, true)) {
    all.push_back(gradient);
  }
  all.push_back(torch::autograd::grad({all[1].square().sum()}, {layer->weight})[0]);
  return all;
}

// With the same weights, the two layers must agree in value and in every gradient.
template <typename Ours, typename Plain>
void expect_same(Ours ours, Plain plain, const torch::Tensor& input) {
  copy_weights(plain, ours);
  const auto exact = all_of(plain, input, false);
  for (const bool bf16 : {false, true}) {
    const auto got = all_of(ours, input, bf16);
    ASSERT_EQ(got.size(), exact.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      ASSERT_EQ(got[i].sizes(), exact[i].sizes());
      EXPECT_LT(distance(got[i], exact[i]), bf16 ? 2e-2 : 1e-5)
          << "tensor " << i << (bf16 ? " in bfloat16, of " : ", of ") << input.sizes();
    }
  }
}

TEST(Conv2d, IsThatOfLibTorchWithItsGradients) {
  torch::manual_seed(4);
  for (const std::int64_t channels : {1, 3, 8}) {
    for (const std::int64_t kernel : {1, 3, 4, 5}) {
      for (const std::int64_t stride : {1, 2}) {
        const auto options = nn::Conv2dOptions(channels, 6, kernel)
                                 .stride(stride)
                                 .padding((kernel - 1) / 2)
                                 .bias(kernel % 2 == 0);
        expect_same(Conv2d(options), nn::Conv2d(options), torch::randn({3, channels, 9, 12}));
      }
    }
  }
}

TEST(Conv2d, SeesManyImagesAFewAtATime) {
  torch::manual_seed(5);
  const auto options = nn::Conv2dOptions(32, 48, 5).padding(2);
  expect_same(Conv2d(options), nn::Conv2d(options), torch::randn({40, 32, 14, 14}));
}

// LibTorch's own bfloat16 kernels were wrong on such maps.
TEST(Conv2d, IsRightWhereMapsEndInOnePixel) {
  torch::manual_seed(6);
  const auto options = nn::Conv2dOptions(64, 128, 4).stride(2).padding(1).bias(false);
  expect_same(Conv2d(options), nn::Conv2d(options), torch::randn({16, 64, 2, 2}));
  expect_same(Conv2d(options), nn::Conv2d(options), torch::randn({1, 64, 3, 3}));
  expect_same(Conv2d(nn::Conv2dOptions(64, 1, 1)), nn::Conv2d(nn::Conv2dOptions(64, 1, 1)),
              torch::randn({16, 64, 1, 1}));
}

TEST(ConvTranspose2d, IsThatOfLibTorchWithItsGradients) {
  torch::manual_seed(7);
  for (const std::int64_t channels : {1, 3, 8}) {
    for (const std::int64_t kernel : {3, 4, 5}) {
      const auto options = nn::ConvTranspose2dOptions(6, channels, {kernel, kernel - kernel % 2})
                               .stride(2)
                               .padding((kernel - 1) / 2)
                               .output_padding({kernel % 2, kernel % 2})
                               .bias(kernel != 4);
      expect_same(ConvTranspose2d(options), nn::ConvTranspose2d(options),
                  torch::randn({3, 6, 5, 7}));
    }
  }
}

TEST(ConvTranspose2d, IsThatOfLibTorchForLargeMaps) {
  torch::manual_seed(8);
  const auto options = nn::ConvTranspose2dOptions(64, 32, 4).stride(2).padding(1).bias(false);
  expect_same(ConvTranspose2d(options), nn::ConvTranspose2d(options),
              torch::randn({20, 64, 14, 14}));
}

TEST(ConvTranspose2d, IsThatOfLibTorchOnOnePixel) {
  torch::manual_seed(9);
  for (const bool with_bias : {true, false}) {
    const auto options = nn::ConvTranspose2dOptions(7, 5, {3, 4}).bias(with_bias);
    expect_same(ConvTranspose2d(options), nn::ConvTranspose2d(options), torch::randn({4, 7, 1, 1}));
  }
}

TEST(Conv2d, KeepsMapsInChannelsLast) {
  for (const bool bf16 : {false, true}) {
    const Autocast autocast(torch::kCPU, bf16);
    for (const std::int64_t channels : {1, 3}) {
      Conv2d conv(nn::Conv2dOptions(channels, 6, 3).padding(1));
      const auto maps = conv(torch::randn({2, channels, 8, 8}));
      EXPECT_TRUE(maps.is_contiguous(at::MemoryFormat::ChannelsLast));
      EXPECT_FALSE(maps.is_view());
    }
  }
}

}  // namespace
}  // namespace gan
