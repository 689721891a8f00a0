#include "train/augment.hpp"

#include <gtest/gtest.h>
#include <set>

#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "gan_train/core/error.hpp"

namespace gan {
namespace {

at::Generator seeded(std::uint64_t seed) { return at::make_generator<at::CPUGeneratorImpl>(seed); }

torch::Tensor augmented(const torch::Tensor& images, const AugmentConfig& config,
                        std::uint64_t seed) {
  return seen(images, draw_view(config, 0.0, images.sizes(), seeded(seed), seeded(0)), config);
}

torch::Tensor images_of(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) {
  torch::manual_seed(5);
  return torch::randn({n, c, h, w}) + 5;  // no zero among them
}

// The image moved by (dy, dx), zeros moving in.
torch::Tensor moved(const torch::Tensor& image, std::int64_t dy, std::int64_t dx) {
  auto out = torch::zeros_like(image);
  for (std::int64_t y = 0; y < image.size(1); ++y) {
    for (std::int64_t x = 0; x < image.size(2); ++x) {
      const std::int64_t from_y = y - dy, from_x = x - dx;
      if (from_y < 0 || from_y >= image.size(1) || from_x < 0 || from_x >= image.size(2)) continue;
      for (std::int64_t c = 0; c < image.size(0); ++c) out[c][y][x] = image[c][from_y][from_x];
    }
  }
  return out;
}

TEST(Augment, DoesNothingByDefault) {
  const auto images = images_of(3, 2, 6, 5);
  EXPECT_TRUE(augmented(images, {}, 1).is_same(images));
}

TEST(Augment, TranslationMovesEachImageByWholePixels) {
  const auto images = images_of(60, 2, 8, 6);
  const auto shown = augmented(images, {.translation = 0.25}, 1);  // 2 rows, 2 columns
  std::set<std::pair<int, int>> moves;
  for (std::int64_t i = 0; i < 60; ++i) {
    int fits = 0;
    for (int dy = -2; dy <= 2; ++dy) {
      for (int dx = -2; dx <= 2; ++dx) {
        if (!torch::equal(shown[i], moved(images[i], dy, dx))) continue;
        moves.insert({dy, dx});
        ++fits;
      }
    }
    EXPECT_EQ(fits, 1) << i;
  }
  EXPECT_GT(moves.size(), 15u);  // of 25; both directions are their own
}

TEST(Augment, CutoutZeroesOneRectangle) {
  const std::int64_t n = 80;
  const auto images = images_of(n, 3, 8, 8);
  const auto shown = augmented(images, {.cutout = 0.5}, 2);
  const auto hole = shown == 0;
  EXPECT_TRUE(torch::equal(shown, images.masked_fill(hole, 0)));
  bool whole = false, at_the_border = false;
  for (std::int64_t i = 0; i < n; ++i) {
    EXPECT_TRUE(torch::equal(hole[i][0], hole[i][2]));  // in all channels
    const auto rows = hole[i][0].any(1), columns = hole[i][0].any(0);
    EXPECT_TRUE(torch::equal(hole[i][0], rows.unsqueeze(1).logical_and(columns)));
    const auto height = rows.sum().item<std::int64_t>();
    EXPECT_LE(height, 4);
    EXPECT_GE(height, 2);  // half of it at least, wherever its middle
    whole |= height == 4;
    at_the_border |= height == 2;
  }
  EXPECT_TRUE(whole && at_the_border);
  for (const std::int64_t corner : {0, 7}) {
    EXPECT_TRUE(hole.select(2, corner).select(2, corner).any().item<bool>()) << corner;
  }
}

TEST(Augment, BrightnessShiftsAllOfAnImageAlike) {
  const auto images = images_of(500, 1, 3, 3);
  const auto by = (augmented(images, {.brightness = 0.3}, 3) - images).flatten(1);
  EXPECT_LT((by.amax(1) - by.amin(1)).max().item<double>(), 1e-5);
  EXPECT_NEAR(by.amax().item<double>(), 0.3, 0.01);
  EXPECT_NEAR(by.amin().item<double>(), -0.3, 0.01);
  EXPECT_NEAR(by.std().item<double>(), 0.3 / std::sqrt(3.0), 0.01);  // uniform
}

TEST(Augment, IsDifferentiableAndAPureFunctionOfItsSeed) {
  const AugmentConfig config{.translation = 0.2, .cutout = 0.3, .brightness = 0.1};
  const auto images = images_of(4, 2, 7, 9).requires_grad_();
  const auto shown = augmented(images, config, 4);
  EXPECT_TRUE(torch::equal(shown, augmented(images, config, 4)));
  EXPECT_FALSE(torch::equal(shown, augmented(images, config, 5)));
  // All is linear: against the gradient, a difference of two shown sets is exact.
  const auto weights = torch::randn_like(shown), other = torch::randn_like(shown);
  const auto gradient = torch::autograd::grad({(shown * weights).sum()}, {images})[0];
  const torch::NoGradGuard no_grad;
  const auto difference = augmented(images + other, config, 4) - shown;
  EXPECT_NEAR((gradient * other).sum().item<double>(), (difference * weights).sum().item<double>(),
              1e-3);
}

TEST(Augment, RefusesPoints) {
  EXPECT_NO_THROW(check_augment({}, {1, 1, 2}));
  EXPECT_NO_THROW(check_augment({.brightness = 0.1}, {1, 28, 28}));
  EXPECT_THROW(check_augment({.brightness = 0.1}, {1, 1, 2}), Error);
}

TEST(Augment, NoiseIsOfItsLevelAndContinuesWithTheGenerator) {
  const auto images = torch::zeros({100, 1, 10, 10});
  const auto random = seeded(6);
  const auto next = [&] {
    return seen(images, draw_view({}, 0.25, images.sizes(), seeded(1), random), {});
  };
  const auto first = next(), second = next();
  EXPECT_NEAR(first.std().item<double>(), 0.25, 0.01);
  EXPECT_NEAR(first.mean().item<double>(), 0.0, 0.01);
  EXPECT_FALSE(torch::equal(first, second));
}

}  // namespace
}  // namespace gan
