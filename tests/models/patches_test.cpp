#include "models/patches.hpp"

#include <gtest/gtest.h>

#include <torch/autograd.h>
#include <torch/nn.h>
#include <torch/utils.h>

namespace gan {
namespace {

constexpr Windows kWindows{.kernel = {4, 3}, .stride = {2, 1}, .padding = {1, 2}};

// LibTorch's columns [n, c * kernel, places], reordered to rows [n * places, kernel * c].
torch::Tensor unfolded(const torch::Tensor& map) {
  const auto columns = torch::im2col(map, {4, 3}, {1, 1}, {1, 2}, {2, 1});
  return columns.view({map.size(0), map.size(1), 12, -1})
      .permute({0, 3, 2, 1})
      .reshape({-1, 12 * map.size(1)});
}

TEST(Patches, AreThoseOfIm2col) {
  for (const auto& type : {torch::kFloat32, torch::kFloat64, torch::kBFloat16}) {
    const auto map = torch::randn({3, 5, 7, 6}).to(type);
    EXPECT_TRUE(torch::equal(patches(map, kWindows), unfolded(map)));
  }
}

TEST(Patches, AreZeroOutsideOfASmallMap) {
  const Windows wide{.kernel = {5, 5}, .stride = {1, 1}, .padding = {3, 3}};
  const auto rows = patches(torch::ones({1, 1, 1, 1}), wide);
  EXPECT_EQ(rows.size(0), 9);
  EXPECT_EQ(rows.sum().item<float>(), 9.0F);
}

TEST(SumPatches, IsTheAdjoint) {
  torch::manual_seed(2);
  const auto map = torch::randn({3, 5, 7, 6}, torch::kFloat64);
  const auto rows = torch::randn_like(patches(map, kWindows));
  const auto sum = sum_patches(rows, kWindows, {3, 5, 7, 6});
  EXPECT_TRUE(torch::allclose((patches(map, kWindows) * rows).sum(), (map * sum).sum()));
}

TEST(SumPatches, AddsBfloat16InFloat32) {
  const Windows all{.kernel = {1, 1}, .stride = {1, 1}, .padding = {0, 0}};
  EXPECT_EQ(sum_patches(torch::ones({4, 2}, torch::kBFloat16), all, {1, 2, 2, 2}).scalar_type(),
            torch::kFloat32);
}

TEST(Patches, AreDifferentiableTwice) {
  torch::manual_seed(3);
  const auto map = torch::randn({2, 3, 7, 6}, torch::kFloat64).requires_grad_();
  const auto second = [&](const auto& rows_of) {
    const auto gradient =
        torch::autograd::grad({rows_of(map).pow(3).sum()}, {map}, {}, true, true)[0];
    return torch::autograd::grad({gradient.square().sum()}, {map})[0];
  };
  EXPECT_TRUE(torch::allclose(second([](const auto& x) { return patches(x, kWindows); }),
                              second([](const auto& x) { return unfolded(x); })));
}

}  // namespace
}  // namespace gan
