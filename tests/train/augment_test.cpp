#include "train/augment.hpp"

#include <gtest/gtest.h>
#include <set>

#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "gan_train/core/error.hpp"
#include "gan_train/core/registry.hpp"

namespace gan {
namespace {

at::Generator seeded(std::uint64_t seed) { return at::make_generator<at::CPUGeneratorImpl>(seed); }

torch::Tensor augmented(const torch::Tensor& images, const AugmentConfig& config,
                        std::uint64_t seed) {
  return apply_view(images, draw_view(config, {}, images.sizes(), seeded(seed), seeded(0)), config);
}

const Loss& bce() { return find_row(losses(), LossKind::kBce); }

torch::Tensor images_of(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) {
  torch::manual_seed(5);
  return torch::randn({n, c, h, w}) + 5;  // without zeros
}

// The image shifted by (dy, dx), filled with zeros.
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
  EXPECT_GT(moves.size(), 15u);  // of 25; the directions are independent
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
    EXPECT_GE(height, 2);  // at least half of it, wherever its middle is
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

TEST(Augment, SaturationMovesAPixelsColoursFromTheirMean) {
  const auto images = torch::tensor({0.25F, 0.5F, 0.75F, 0.5F, 0.0F, 1.0F}).view({1, 3, 1, 2});
  // The pixels (0.25, 0.75, 0) and (0.5, 0.5, 1) have the means 1/3 and 2/3.
  View view;
  view.saturation = torch::full({1, 1, 1, 1}, 3.0F);
  const auto shown = apply_view(images, view, {}).flatten();
  const float third = 1.0F / 3;
  const auto wanted = torch::tensor({0.75F - 2 * third, 1.5F - 4 * third, 2.25F - 2 * third,
                                     1.5F - 4 * third, -2 * third, 3 - 4 * third});
  EXPECT_TRUE(torch::allclose(shown, wanted, 1e-5, 1e-6));
  const auto grey = images_of(5, 1, 4, 4);
  EXPECT_TRUE(torch::equal(augmented(grey, {.saturation = 1.0}, 1), grey));
}

TEST(Augment, ContrastMovesAllValuesFromTheImagesMean) {
  const auto images = torch::tensor({0.F, 1.F, 2.F, 5.F, 1.F, 1.F, 1.F, 1.F}).view({2, 1, 2, 2});
  View view;
  view.contrast = torch::tensor({0.5F, 2.0F}).view({2, 1, 1, 1});
  const auto wanted = torch::tensor({1.F, 1.5F, 2.F, 3.5F, 1.F, 1.F, 1.F, 1.F});
  EXPECT_TRUE(torch::equal(apply_view(images, view, {}).flatten(), wanted));
}

TEST(Augment, BrightnessComesBeforeSaturationAndContrastBeforeWhatMovesIn) {
  const auto images = torch::tensor({0.F, 2.F}).view({1, 1, 1, 2});
  View view;
  view.brightness = torch::ones({1, 1, 1, 1});
  view.contrast = torch::full({1, 1, 1, 1}, 3.0F);
  view.shift = torch::tensor({1, 0}).view({1, 2});  // one pixel to the right
  EXPECT_TRUE(torch::equal(apply_view(images, view, {.translation = 0.5}).flatten(),
                           torch::tensor({0.F, -1.F})));
}

TEST(Augment, SaturationAndContrastAreUniformAroundOne) {
  const auto view =
      draw_view({.saturation = 1.0, .contrast = 0.5}, {}, {1000, 3, 2, 2}, seeded(1), seeded(0));
  for (const auto& [factors, by] : {std::pair{view.saturation, 1.0}, {view.contrast, 0.5}}) {
    EXPECT_NEAR(factors.min().item<double>(), 1 - by, 0.02);
    EXPECT_NEAR(factors.max().item<double>(), 1 + by, 0.02);
    EXPECT_NEAR(factors.std().item<double>(), by / std::sqrt(3.0), 0.02);
  }
}

// The share of images that each kind of augmentation changes. With all kinds together, cutout's
// share shows that they are drawn independently.
TEST(Augment, AdaptiveAugmentationChangesAnImageWithItsProbability) {
  const auto images = images_of(1000, 3, 8, 8);
  const std::vector<AugmentConfig> kinds = {{.translation = 0.25},
                                            {.cutout = 0.5},
                                            {.brightness = 0.5},
                                            {.saturation = 1.0},
                                            {.contrast = 0.5}};
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    AugmentConfig config = kinds[kind];
    config.target = 0.6;
    for (const double probability : {0.0, 0.3, 1.0}) {
      const auto view =
          draw_view(config, {.probability = probability}, images.sizes(), seeded(2), seeded(0));
      const auto moved =
          (apply_view(images, view, config) - images).abs().flatten(1).amax(1) > 1e-4;
      // One shift in 25 is by no pixel.
      const auto share = moved.to(torch::kFloat32).mean().item<double>();
      EXPECT_NEAR(share, probability * (kind == 0 ? 0.96 : 1.0), 0.05) << kind;
      if (probability == 0.0) {
        EXPECT_EQ(share, 0.0);
      }
    }
  }
  const AugmentConfig both{.cutout = 0.5, .brightness = 0.5, .target = 0.6};
  const auto view = draw_view(both, {.probability = 0.5}, images.sizes(), seeded(2), seeded(0));
  const auto brighter = view.brightness.flatten() != 0, cut = view.hole.select(1, 0) < 8;
  EXPECT_NEAR(brighter.logical_and(cut).sum().item<double>(), 250, 50);
}

TEST(Augment, TheProbabilityMovesTowardsTheTarget) {
  EXPECT_DOUBLE_EQ(adapted_probability(0.25, 0.7, 0.6, 1000), 0.26);
  EXPECT_DOUBLE_EQ(adapted_probability(0.25, 0.5, 0.6, 1000), 0.24);
  EXPECT_EQ(adapted_probability(0.0, -1.0, 0.6, 1000), 0.0);
  EXPECT_EQ(adapted_probability(1.0, 1.0, 0.6, 1000), 1.0);
}

TEST(Augment, IsDifferentiableAndAPureFunctionOfItsSeed) {
  const AugmentConfig config{
      .translation = 0.2, .cutout = 0.3, .brightness = 0.1, .saturation = 0.5, .contrast = 0.5};
  const auto images = images_of(4, 2, 7, 9).requires_grad_();
  const auto shown = augmented(images, config, 4);
  EXPECT_TRUE(torch::equal(shown, augmented(images, config, 4)));
  EXPECT_FALSE(torch::equal(shown, augmented(images, config, 5)));
  // Everything is linear, so the difference of two outputs is exactly the gradient's product.
  const auto weights = torch::randn_like(shown), other = torch::randn_like(shown);
  const auto gradient = torch::autograd::grad({(shown * weights).sum()}, {images})[0];
  const torch::NoGradGuard no_grad;
  const auto difference = augmented(images + other, config, 4) - shown;
  EXPECT_NEAR((gradient * other).sum().item<double>(), (difference * weights).sum().item<double>(),
              1e-3);
}

TEST(Augment, RefusesPoints) {
  EXPECT_NO_THROW(check_augment({}, bce(), {1, 1, 2}));
  EXPECT_NO_THROW(check_augment({.brightness = 0.1}, bce(), {1, 28, 28}));
  EXPECT_THROW(check_augment({.brightness = 0.1}, bce(), {1, 1, 2}), Error);
}

TEST(Augment, RefusesATargetWithNothingToAdaptOrToGoBy) {
  const ImageShape shape{3, 8, 8};
  EXPECT_THROW(check_augment({.mirror = true, .target = 0.6}, bce(), shape), Error);
  for (const Loss& loss : losses()) {
    const AugmentConfig config{.cutout = 0.5, .target = 0.6};
    const bool fits = loss.kind == LossKind::kBce || loss.kind == LossKind::kMinimax ||
                      loss.kind == LossKind::kHinge;
    if (fits) {
      EXPECT_NO_THROW(check_augment(config, loss, shape));
    } else {
      EXPECT_THROW(check_augment(config, loss, shape), Error);
    }
  }
}

TEST(Augment, NoiseIsOfItsLevelAndContinuesWithTheGenerator) {
  const auto images = torch::zeros({100, 1, 10, 10});
  const auto random = seeded(6);
  const auto next = [&] {
    return apply_view(images, draw_view({}, {.noise = 0.25}, images.sizes(), seeded(1), random),
                      {});
  };
  const auto first = next(), second = next();
  EXPECT_NEAR(first.std().item<double>(), 0.25, 0.01);
  EXPECT_NEAR(first.mean().item<double>(), 0.0, 0.01);
  EXPECT_FALSE(torch::equal(first, second));
}

}  // namespace
}  // namespace gan
