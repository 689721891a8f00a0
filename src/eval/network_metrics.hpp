#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <torch/types.h>

#include "eval/feature_network.hpp"
#include "eval/metrics.hpp"
#include "gan_train/eval/evaluator.hpp"

namespace gan {

/// The reference that samples are compared with: the features of all its pictures or, if only these
/// were published, their statistics.
struct ReferenceFeatures {
  std::string name;
  std::int64_t size = 0;   ///< pictures; 0: unknown
  torch::Tensor features;  ///< undefined: only statistics are known
  FeatureStatistics statistics;
};

/// The rows "frechet", "kid", "kid_deviation", "precision" and "recall" and, from logits,
/// "inception_score" and its deviation, as torch-fidelity defines them. Without the reference's
/// features, only "frechet" and the score.
std::vector<Metric> network_metrics(const NetworkFeatures& samples,
                                    const ReferenceFeatures& reference);

/// Caveats for comparing such a distance with other ones, one per line.
std::vector<std::string> network_warnings(std::int64_t samples, const ReferenceFeatures& reference,
                                          const FeatureNetwork& network);

}  // namespace gan
