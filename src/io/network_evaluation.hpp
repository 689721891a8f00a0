#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "eval/feature_network.hpp"
#include "eval/network_metrics.hpp"
#include "gan_train/data/dataset.hpp"
#include "gan_train/eval/evaluator.hpp"

namespace gan {

/// The published weights of a feature network: in data/weights, where scripts/get_weights.sh puts
/// them, or in the caches of this program or of PyTorch's hub. None where they are in none.
std::optional<std::filesystem::path> find_network_weights(const FeatureNetworkRow& row);

/// The network, with the weights in that file or, "", those that are found. Error (exit code 2)
/// where there are none.
FeatureNetwork load_feature_network(const FeatureSettings& settings,
                                    const std::filesystem::path& weights, torch::Device device);

/// The features of all pictures of a source, from the cache where they are there.
ReferenceFeatures reference_features(const FeatureNetwork& network, const PictureSource& source);

/// The statistics in an .npz file of pytorch-fid: `mu` and `sigma`.
ReferenceFeatures read_statistics(const std::filesystem::path& path, const FeatureNetwork& network);
void write_statistics(const std::filesystem::path& path, const FeatureStatistics& statistics);

/// Measures a run's samples against its data set by a feature network.
class NetworkEvaluator {
 public:
  NetworkEvaluator(FeatureNetwork network, const Dataset& data);

  /// Images as a data set holds them. The rows' names end in the network's id, so that they are
  /// never compared with those of another one.
  Metrics measure(const torch::Tensor& images) const;
  /// The names of those rows.
  std::vector<std::string> names() const;

 private:
  FeatureNetwork network_;
  ReferenceFeatures reference_;
};

}  // namespace gan
