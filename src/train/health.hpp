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

/// Symptoms of a failing GAN.
enum class Symptom : std::uint8_t { kDiscriminatorWins, kCollapse, kVanishingGradient };
inline constexpr std::size_t kSymptomCount = 3;

/// State of watch_health() between epochs; part of a saved state.
struct HealthState {
  std::array<std::int64_t, kSymptomCount> epochs{};  ///< consecutive epochs with each symptom
  double largest_g_grad_norm = 0.0;
  double last_diversity = 0.0;
};

/// A symptom that has lasted for kSymptomEpochs, and advice.
struct HealthWarning {
  Symptom symptom;
  std::string text;
};

/// A symptom counts after this many consecutive epochs.
inline constexpr std::int64_t kSymptomEpochs = 3;

/// Updates `state` with an epoch's mean metrics and diversity (DiversityMeter). Returns the
/// symptoms that have just lasted long enough; each is returned again only after it has
/// disappeared and come back.
std::vector<HealthWarning> watch_health(const StepMetrics& metrics, double diversity,
                                        const LossConfig& loss, HealthState& state);

/// Measures a generator's diversity: the mean distance between generated samples divided by that
/// between real ones, always for the same few latents (and classes) and items. About 1 if G is as
/// varied as the data, 0 if it draws one image.
class DiversityMeter {
 public:
  DiversityMeter(const Dataset& data, const Config& config);
  double measure(torch::nn::Sequential generator) const;

 private:
  torch::Tensor inputs_;
  double real_distance_;
};

}  // namespace gan
