#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <torch/nn/modules/container/sequential.h>
#include <torch/types.h>

#include "gan_train/config/config.hpp"
#include "gan_train/data/dataset.hpp"

namespace gan {

/// The signs of a GAN that goes wrong which are watched for.
enum class Sign : std::uint8_t { kDiscriminatorWins, kCollapse, kVanishingGradient };
inline constexpr std::size_t kSignCount = 3;

/// How a GAN was during an epoch.
struct HealthFigures {
  double d_real = 0.0;  ///< mean D(x)
  double d_fake = 0.0;  ///< mean D(G(z))
  double d_grad_norm = 0.0;
  double g_grad_norm = 0.0;
  /// Mean distance between two generated samples over that between two real
  /// ones: about 1 where G is as varied as the data, 0 where it draws one image.
  double diversity = 0.0;
};

/// What the watch has to remember from epoch to epoch; part of a saved state.
struct HealthState {
  std::array<std::int64_t, kSignCount> epochs{};  ///< how long each sign has been seen in a row
  double largest_g_grad_norm = 0.0;
  double last_diversity = 0.0;
};

/// A sign that has lasted for kSignEpochs, and what to try.
struct HealthWarning {
  Sign sign;
  std::string text;
};

/// A sign counts once it was seen in this many epochs in a row.
inline constexpr std::int64_t kSignEpochs = 3;

/// Takes an epoch's figures into `state`; returns the signs that now have lasted
/// long enough, each once until it has gone and come back.
std::vector<HealthWarning> watch_health(const HealthFigures& figures, const LossConfig& loss,
                                        HealthState& state);

/// Measures the diversity of a generator against a data set, always on the same
/// few latents (and classes) and items.
class DiversityMeter {
 public:
  DiversityMeter(const Dataset& data, const Config& config);
  double measure(torch::nn::Sequential generator) const;

 private:
  torch::Tensor inputs_;
  double real_distance_;
};

}  // namespace gan
