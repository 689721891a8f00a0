#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <torch/types.h>

#include "eval/classifier.hpp"
#include "gan_train/config/config.hpp"
#include "gan_train/data/dataset.hpp"
#include "gan_train/eval/evaluator.hpp"

namespace gan {

/// Keeps what evaluations of a data set share, a file each: the classifier, and what real images
/// and noise score. Both hold a checksum of the data that they were made from, which is in their
/// names too, and a version; what does not fit is not taken. docs/formats.md has their layout.
class EvalCache {
 public:
  /// Reads from any of `folders`, and writes to the first that can be written.
  EvalCache(std::vector<std::filesystem::path> folders, const EvaluationData& data);

  std::optional<TestedClassifier> load_classifier() const;
  void save_classifier(const TestedClassifier& classifier) const;

  /// Of so many samples, with that classifier (null: none).
  std::optional<std::vector<Metric>> load_baselines(std::int64_t samples,
                                                    const TestedClassifier* classifier) const;
  /// The numbers of samples that there are baselines for.
  std::vector<std::int64_t> baseline_counts() const;
  void save_baselines(std::int64_t samples, const TestedClassifier* classifier,
                      const std::vector<Metric>& rows) const;

 private:
  std::string name(const char* what) const;
  std::string baselines_name(std::int64_t samples, const TestedClassifier* classifier) const;

  std::vector<std::filesystem::path> folders_;
  const EvaluationData& data_;
  std::string checksum_;
};

/// The user's cache folder: $XDG_CACHE_HOME or ~/.cache; empty where there is none.
std::filesystem::path user_cache();

/// Tells the items of a data set from those of others, by all of their bytes.
std::string items_checksum(const Dataset& data);

/// Features of pictures, kept in the user's cache folder under a key that tells what they were made
/// from and with; none where there are none yet. What is larger than a quarter GiB isn't kept.
std::optional<torch::Tensor> load_cached_features(const std::string& key);
void save_cached_features(const std::string& key, const torch::Tensor& features);

/// What evaluations of the data set that `config` names and `train` holds need of it: the data, and
/// the classifier on `device`, where one is wanted and can be learned.
struct EvaluationParts {
  EvaluationData data;
  std::optional<TestedClassifier> classifier;
};
EvaluationParts load_evaluation_parts(const DataConfig& config, const Dataset& train,
                                      const torch::Device& device, bool with_classifier = true);

}  // namespace gan
