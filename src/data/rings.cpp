#include <cmath>
#include <numbers>

#include <torch/types.h>

#include "gan_train/core/random.hpp"
#include "gan_train/data/dataset.hpp"

namespace gan {
namespace {

constexpr std::int64_t kModes = 8;
constexpr double kRadius = 0.75;
constexpr double kSigma = 0.02;

// The ring of Gaussians that is commonly used to show mode collapse, within [-1, 1]. The points do
// not depend on the run's seed.
Dataset load_rings(const DataConfig& config) {
  const std::int64_t n = config.synthetic_size;
  check_memory(config, n, 2 * sizeof(float));
  Dataset data{.source = "rings",
               .shape = {1, 1, 2},
               .samples = torch::empty({n, 1, 1, 2}),
               .labels = torch::arange(n).remainder(kModes)};
  auto* point = data.samples.data_ptr<float>();
  for (std::int64_t i = 0; i < n; ++i) {
    SplitMix64 rng(stream_seed(0, Stream::kSynthetic, static_cast<std::uint64_t>(i)));
    const double angle = 2.0 * std::numbers::pi * static_cast<double>(i % kModes) / kModes;
    *point++ = static_cast<float>(kRadius * std::cos(angle) + kSigma * rng.normal());
    *point++ = static_cast<float>(kRadius * std::sin(angle) + kSigma * rng.normal());
  }
  return data;
}

}  // namespace

extern const DatasetLoader kRings = {
    .kind = DatasetKind::kRings,
    .help = "points in the plane: eight Gaussians (sigma 0.02) on a ring of radius 0.75",
    .load = load_rings,
    .synthetic = true};

}  // namespace gan
