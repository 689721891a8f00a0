#include "eval/network_metrics.hpp"

#include <algorithm>
#include <limits>

#include "core/text.hpp"
#include "eval/metric_table.hpp"
#include "gan_train/core/registry.hpp"

namespace gan {
namespace {

constexpr std::int64_t kTorchFidelityNeighbour = 3;
constexpr std::int64_t kUsualSamples = 10000;

Metric network_metric(std::string_view name, double value) {
  constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
  const MetricRow& row = find_row(metric_table(), name, "metric");
  return {std::string(name), std::string(row.label), value, kNothing, kNothing};
}

}  // namespace

std::vector<Metric> network_metrics(const NetworkFeatures& samples,
                                    const ReferenceFeatures& reference) {
  std::vector<Metric> rows = {
      network_metric("frechet", frechet_distance(samples.features, reference.statistics))};
  if (reference.features.defined()) {
    const auto kernel = torch_fidelity_kernel_distance(samples.features, reference.features);
    rows.push_back(network_metric("kid", kernel.mean));
    rows.push_back(network_metric("kid_deviation", kernel.deviation));
  }
  if (samples.logits.defined()) {
    const auto score = torch_fidelity_inception_score(samples.logits);
    rows.push_back(network_metric("inception_score", score.mean));
    rows.push_back(network_metric("inception_score_deviation", score.deviation));
  }
  if (reference.features.defined()) {
    const auto manifold =
        manifold_metrics(reference.features, samples.features, kTorchFidelityNeighbour);
    rows.push_back(network_metric("precision", manifold.precision));
    rows.push_back(network_metric("recall", manifold.recall));
  }
  return rows;
}

std::vector<std::string> network_warnings(std::int64_t samples, const ReferenceFeatures& reference,
                                          const FeatureNetwork& network) {
  std::vector<std::string> warnings;
  const std::int64_t fewest = reference.size > 0 ? std::min(samples, reference.size) : samples;
  if (fewest < kUsualSamples) {
    std::string text = str("only ", grouped(fewest), " images in a set; Fréchet distances fall ",
                           "as sets grow, and papers use 10,000 to 50,000");
    if (fewest < network.row().features) {
      text += str("; fewer than the ", grouped(network.row().features),
                  " features leave the covariance singular");
    }
    warnings.push_back(text);
  }
  if (!network.has_published_weights()) {
    warnings.push_back(str("these are not the published weights (", network.row().file,
                           "): the numbers can't be compared with those of papers"));
  }
  return warnings;
}

}  // namespace gan
