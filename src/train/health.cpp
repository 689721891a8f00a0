#include "train/health.hpp"

#include <algorithm>
#include <cmath>

#include <torch/nn/modules/container/sequential.h>

#include "core/text.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/core/registry.hpp"
#include "gan_train/sampling/sample.hpp"
#include "losses/loss.hpp"
#include "models/conditioning.hpp"

namespace gan {
namespace {

// Thresholds beyond what healthy runs of the shipped recipes reach (docs/reliability.md): shares up
// to 0.95, diversities near 0 that rise at once, and gradient norms that fall to a twentieth.
constexpr double kWinningShare = 0.97;
constexpr double kLowDiversity = 0.1;
constexpr double kVanishingShare = 1e-3;
// A generator whose diversity grows by this factor per epoch is improving, not collapsed.
constexpr double kRising = 1.1;

constexpr std::int64_t kDiversitySamples = 256;

// Mean Euclidean distance over all pairs.
double mean_distance(const torch::Tensor& samples) {
  return samples.size(0) > 1 ? torch::pdist(samples.flatten(1)).mean().item<double>() : 0.0;
}

std::string number(double value) { return formatted("%.3g", value); }

}  // namespace

std::vector<HealthWarning> watch_health(const StepMetrics& metrics, double diversity,
                                        const LossConfig& loss, HealthState& state) {
  state.largest_g_grad_norm = std::max(state.largest_g_grad_norm, metrics.g_grad_norm);
  // D(x) can't exceed its label, so the share of the gap between the labels is compared.
  const auto middle = [](const LabelRange& label) { return (label.lo + label.hi) / 2; };
  const double gap = middle(loss.real_label) - middle(loss.fake_label);
  const double share = std::abs(gap) > 1e-6 ? (metrics.d_real - metrics.d_fake) / gap : 0.0;

  std::vector<HealthWarning> warnings;
  const auto check = [&](Symptom symptom, bool present, const std::string& text) {
    std::int64_t& epochs = state.epochs[static_cast<std::size_t>(symptom)];
    epochs = present ? epochs + 1 : 0;
    if (epochs == kSymptomEpochs) warnings.push_back({symptom, text});
  };
  // Restrains an overconfident D, whatever its loss (Mescheder et al. 2018).
  const char* penalty =
      loss.penalty == PenaltyKind::kNone ? "loss.penalty = r1" : "a larger loss.penalty_weight";
  const std::string lately = str(" in the last ", kSymptomEpochs, " epochs");
  // Only there is D(x) a probability; other losses push logits without bound.
  const bool is_chance = find_row(losses(), loss.kind).labels == LabelKind::kProbability;
  check(Symptom::kDiscriminatorWins, is_chance && share > kWinningShare,
        str("the discriminator tells nearly all generated images from real ones", lately, " (D(x) ",
            number(metrics.d_real), ", D(G(z)) ", number(metrics.d_fake),
            "), and the generator may learn nothing more; try ", penalty,
            ", a lower optim.discriminator_lr, train.instance_noise = 0.1, "
            "augment.translation = 0.125, model.dropout = 0.3, or loss.real_label = 0.9"));
  const bool rising = diversity > kRising * state.last_diversity;
  state.last_diversity = diversity;
  check(Symptom::kCollapse, diversity < kLowDiversity && !rising,
        str("the generator has collapsed to few images", lately, " (diversity ", number(diversity),
            " of the data's); try a lower optim.lr, ", penalty,
            ", model.minibatch_stddev = 4, model.pack = 2, model.discriminator_norm, or another "
            "train.seed"));
  check(Symptom::kVanishingGradient,
        metrics.g_grad_norm < kVanishingShare * state.largest_g_grad_norm,
        str("the generator's gradient has almost vanished", lately, " (norm ",
            number(metrics.g_grad_norm), ", at most ", number(state.largest_g_grad_norm),
            " before); try a lower optim.discriminator_lr, ", penalty,
            ", fewer model.discriminator_widths, or loss.kind = ",
            loss.kind == LossKind::kMinimax ? "bce"
            : loss.kind == LossKind::kHinge ? "relativistic"
                                            : "hinge"));
  return warnings;
}

DiversityMeter::DiversityMeter(const Dataset& data, const Config& config)
    : inputs_(draw_inputs(config.model, find_classes(config.model, data), kDiversitySamples,
                          static_cast<std::uint64_t>(config.train.seed), Stream::kDiversity, 0)) {
  SplitMix64 rng(stream_seed(static_cast<std::uint64_t>(config.train.seed), Stream::kDiversity, 1));
  std::vector<std::int64_t> items;
  for (std::int64_t i = 0; i < kDiversitySamples; ++i) {
    items.push_back(static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(data.size()))));
  }
  real_distance_ =
      mean_distance(scaled(data.items(torch::tensor(items, torch::kInt64)), config.data.range));
}

double DiversityMeter::measure(torch::nn::Sequential generator) const {
  const double distance = mean_distance(generate(std::move(generator), inputs_));
  // Data of a single image have no diversity to compare with.
  return real_distance_ > 0 ? distance / real_distance_ : 1.0;
}

}  // namespace gan
