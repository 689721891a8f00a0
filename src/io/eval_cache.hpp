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

/// Caches the shared parts of a data set's evaluations, in one file each: the classifier, and the
/// metrics of real images and noise (baselines). Both files hold a version and a checksum of their
/// data, which is also in their names; files that don't match are ignored. docs/formats.md has
/// their layout.
class EvalCache {
 public:
  /// Reads from any of `folders`, and writes to the first writable one.
  EvalCache(std::vector<std::filesystem::path> folders, const EvaluationData& data);

  std::optional<TestedClassifier> load_classifier() const;
  void save_classifier(const TestedClassifier& classifier) const;

  /// Baselines for that number of samples and that classifier (null: none).
  std::optional<std::vector<Metric>> load_baselines(std::int64_t samples,
                                                    const TestedClassifier* classifier) const;
  /// The numbers of samples with cached baselines.
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

/// The user's cache folder: $XDG_CACHE_HOME or ~/.cache; empty if there is none.
std::filesystem::path user_cache();

/// Checksum of all bytes of a data set's items.
std::string items_checksum(const Dataset& data);

/// Features of pictures, in the user's cache folder under a key that identifies the pictures and
/// the network; none if not cached. Features larger than a quarter GiB are not saved.
std::optional<torch::Tensor> load_cached_features(const std::string& key);
void save_cached_features(const std::string& key, const torch::Tensor& features);

/// Inputs of evaluations on the data set that `config` names and `train` holds: the data, and the
/// classifier on `device`, if one is wanted and can be trained.
struct EvaluationParts {
  EvaluationData data;
  std::optional<TestedClassifier> classifier;
};
EvaluationParts load_evaluation_parts(const DataConfig& config, const Dataset& train,
                                      const torch::Device& device, bool with_classifier = true);

}  // namespace gan
