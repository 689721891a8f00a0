#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <torch/nn/modules/container/sequential.h>
#include <torch/types.h>

#include "gan_train/config/config.hpp"
#include "gan_train/data/dataset.hpp"
#include "gan_train/train/metrics.hpp"

namespace gan {

/// Signs of a GAN in trouble.
enum class Sign : std::uint8_t { kDiscriminatorWins, kCollapse, kVanishingGradient };
inline constexpr std::size_t kSignCount = 3;

/// What watch_health() remembers from epoch to epoch; part of a saved state.
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

/// Takes an epoch's mean metrics and diversity (DiversityMeter) into `state`. Returns the signs
/// that have now lasted long enough, each once until it has gone and come back.
std::vector<HealthWarning> watch_health(const StepMetrics& metrics, double diversity,
                                        const LossConfig& loss, HealthState& state);

/// Measures the diversity of a generator: the mean distance between two generated samples over
/// that between two real ones, always for the same few latents (and classes) and items. About 1
/// where G is as varied as the data, 0 where it draws one image.
class DiversityMeter {
 public:
  DiversityMeter(const Dataset& data, const Config& config);
  double measure(torch::nn::Sequential generator) const;

 private:
  torch::Tensor inputs_;
  double real_distance_;
};

}  // namespace gan
