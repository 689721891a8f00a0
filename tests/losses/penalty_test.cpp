#include "losses/penalty.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "gan_train/core/registry.hpp"
#include "gan_train/models/networks.hpp"

namespace gan {
namespace {

PenaltyNoise noise_for(const Penalty& row, const torch::Tensor& images, std::uint64_t seed) {
  auto noise =
      draw_penalty_noise(row.noise, images.sizes(), at::make_generator<at::CPUGeneratorImpl>(seed));
  for (auto* part : {&noise.shares, &noise.pixels}) {
    if (part->defined()) *part = part->to(images.scalar_type());
  }
  return noise;
}

torch::Tensor penalty(PenaltyKind kind, const LogitsOf& d, const torch::Tensor& real,
                      const torch::Tensor& fake) {
  const Penalty& row = find_row(penalties(), kind);
  return row.compute(d, d, real, fake, noise_for(row, real, 7));
}

torch::Tensor some_images(std::uint64_t seed) {
  torch::manual_seed(seed);
  return torch::randn({6, 1, 4, 4}, torch::kFloat64);
}

// D(x) = w . x has slope |w| everywhere, so every penalty has a closed form.
TEST(Penalty, OfALinearDiscriminatorIsKnownWithItsGradient) {
  const auto real = some_images(1), fake = some_images(2);
  for (const double length : {0.4, 3.0}) {
    auto w = some_images(3)[0].flatten();
    w = (length * w / w.norm()).requires_grad_();
    const LogitsOf d = [&](const torch::Tensor& x) { return x.flatten(1).mv(w); };
    const auto zero_centred = 0.5 * length * length;
    const auto one_centred = (length - 1) * (length - 1);
    const auto unit = w.detach() / length;
    struct Case {
      PenaltyKind kind;
      double value;
      double slope;  // its derivative with respect to |w|
    };
    for (const Case& c : {Case{PenaltyKind::kR1, zero_centred, length},
                          Case{PenaltyKind::kR2, zero_centred, length},
                          Case{PenaltyKind::kR1R2, 2 * zero_centred, 2 * length},
                          Case{PenaltyKind::kWganGp, one_centred, 2 * (length - 1)},
                          Case{PenaltyKind::kDragan, one_centred, 2 * (length - 1)}}) {
      const auto value = penalty(c.kind, d, real, fake);
      EXPECT_NEAR(value.item<double>(), c.value, 1e-9) << c.kind;
      const auto gradient = torch::autograd::grad({value}, {w})[0];
      EXPECT_TRUE(torch::allclose(gradient, c.slope * unit, 1e-6, 1e-9)) << c.kind;
    }
  }
}

// D(x) = |x|^2 has slope 2 |x|, which shows at which images each penalty is computed.
TEST(Penalty, LooksAtTheImagesOfItsName) {
  const auto real = some_images(1), fake = 2 * some_images(2);
  torch::Tensor seen;
  const auto scale = torch::ones({}, torch::kFloat64).requires_grad_();
  const LogitsOf d = [&](const torch::Tensor& x) {
    seen = x.detach();
    return scale * x.flatten(1).square().sum(1);
  };
  const auto mean_square = [](const torch::Tensor& x) {
    return x.flatten(1).square().sum(1).mean().item<double>();
  };
  const double r1 = 0.5 * 4 * mean_square(real), r2 = 0.5 * 4 * mean_square(fake);
  EXPECT_NEAR(penalty(PenaltyKind::kR1, d, real, fake).item<double>(), r1, 1e-9);
  EXPECT_NEAR(penalty(PenaltyKind::kR2, d, real, fake).item<double>(), r2, 1e-9);
  EXPECT_NEAR(penalty(PenaltyKind::kR1R2, d, real, fake).item<double>(), r1 + r2, 1e-9);

  const auto gp = penalty(PenaltyKind::kWganGp, d, real, fake).item<double>();
  // One share per pair, the same at every pixel.
  const auto share = ((seen - fake) / (real - fake)).flatten(1);
  EXPECT_TRUE(torch::allclose(share, share.select(1, 0).unsqueeze(1).expand_as(share), 1e-6, 1e-9));
  EXPECT_GE(share.min().item<double>(), 0.0);
  EXPECT_LT(share.max().item<double>(), 1.0);
  EXPECT_GT(share.select(1, 0).std().item<double>(), 0.1);
  const auto slopes = 2 * seen.flatten(1).norm(2, 1);
  EXPECT_NEAR(gp, (slopes - 1).square().mean().item<double>(), 1e-6);

  penalty(PenaltyKind::kDragan, d, real, fake);
  const auto moved = seen - real;
  EXPECT_GE(moved.min().item<double>(), 0.0);
  EXPECT_LT(moved.max().item<double>(), 0.5 * real.std().item<double>());
  EXPECT_GT(moved.std().item<double>(), 0.0);
}

// Second derivatives through all layers that a discriminator may have.
TEST(Penalty, GradientsAgreeWithFiniteDifferences) {
  const auto real = some_images(1), fake = some_images(2);
  for (const Arch arch : {Arch::kMlp, Arch::kDcgan}) {
    for (const bool norm : {false, true}) {
      ModelConfig config;
      config.arch = arch;
      config.generator_widths = {4};
      config.discriminator_widths = {5, 6};
      config.kernel = 3;
      config.discriminator_norm = norm;
      Networks nets = make_networks(config, {1, 4, 4}, 3);
      nets.discriminator->to(torch::kFloat64);
      const LogitsOf d = [&](const torch::Tensor& x) { return nets.discriminator->forward(x); };
      const auto parameters = nets.discriminator->parameters();
      for (const Penalty& row : penalties().subspan(1)) {
        const auto gradients = torch::autograd::grad({penalty(row.kind, d, real, fake)}, parameters,
                                                     {}, std::nullopt, false, true);
        EXPECT_FALSE(gradients.back().defined() && gradients.back().abs().max().item<double>() > 0)
            << "a constant added to all logits has no slope";
        for (std::size_t i = 0; i + 1 < parameters.size(); ++i) {
          const torch::NoGradGuard no_grad;
          const auto direction = torch::randn_like(parameters[i]);
          constexpr double kStep = 1e-6;
          const auto at = [&](double way) {
            parameters[i].add_(direction, way);
            const auto value = penalty(row.kind, d, real, fake).item<double>();
            parameters[i].sub_(direction, way);
            return value;
          };
          const double expected = (at(kStep) - at(-kStep)) / (2 * kStep);
          const double found =
              gradients[i].defined() ? (gradients[i] * direction).sum().item<double>() : 0.0;
          EXPECT_NEAR(found, expected, 1e-4 * std::abs(expected) + 1e-6)
              << arch << (norm ? " with norm " : " ") << row.kind << " " << i;
        }
      }
    }
  }
}

TEST(Penalty, UsesTheNoiseThatItAsksFor) {
  const auto real = some_images(1), fake = some_images(2);
  const LogitsOf d = [](const torch::Tensor& x) { return x.flatten(1).pow(3).sum(1); };
  for (const Penalty& row : penalties().subspan(1)) {
    const auto value = [&](std::uint64_t seed) {
      return row.compute(d, d, real, fake, noise_for(row, real, seed));
    };
    const bool draws = row.noise != PenaltyNoise::Kind::kNone;
    EXPECT_EQ(!torch::equal(value(1), value(2)), draws) << row.kind;
  }
}

TEST(Penalty, StaysFiniteWhereTheDiscriminatorIsFlat) {
  const auto weight = torch::zeros({16}).requires_grad_();
  const LogitsOf d = [&](const torch::Tensor& x) { return x.flatten(1).mv(weight); };
  const auto images = torch::randn({3, 1, 4, 4});
  for (const Penalty& row : penalties().subspan(1)) {
    const auto gradient =
        torch::autograd::grad({penalty(row.kind, d, images, images)}, {weight})[0];
    EXPECT_TRUE(gradient.isfinite().all().item<bool>()) << row.kind;
  }
}

}  // namespace
}  // namespace gan
