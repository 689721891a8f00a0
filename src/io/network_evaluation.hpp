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

/// Finds the published weights of a feature network: in data/weights, where scripts/get_weights.sh
/// puts them, or in the caches of this program or of PyTorch's hub. None if they are not there.
std::optional<std::filesystem::path> find_network_weights(const FeatureNetworkRow& row);

/// The network, with the weights in that file or, if it is "", those that are found. Throws an
/// Error (exit code 2) if there are none.
FeatureNetwork load_feature_network(const FeatureSettings& settings,
                                    const std::filesystem::path& weights, torch::Device device);

/// The features of all pictures of a source, from the cache if they are there.
ReferenceFeatures reference_features(const FeatureNetwork& network, const PictureSource& source);

/// The statistics in an .npz file of pytorch-fid: `mu` and `sigma`.
ReferenceFeatures read_statistics(const std::filesystem::path& path, const FeatureNetwork& network);
void write_statistics(const std::filesystem::path& path, const FeatureStatistics& statistics);

/// Measures a run's samples against its data set by a feature network.
class NetworkEvaluator {
 public:
  NetworkEvaluator(FeatureNetwork network, const Dataset& data);

  /// Measures images in the format of a data set. The metrics' names end in the network's id, so
  /// that they are never compared with those of another network.
  Metrics measure(const torch::Tensor& images) const;
  /// The names of those metrics.
  std::vector<std::string> names() const;

 private:
  FeatureNetwork network_;
  ReferenceFeatures reference_;
};

}  // namespace gan
