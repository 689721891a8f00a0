#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <torch/nn/modules/container/sequential.h>
#include <torch/types.h>

#include "gan_train/config/config.hpp"
#include "gan_train/data/dataset.hpp"

namespace gan {

struct TestedClassifier;

/// One metric of an evaluation, with the values for real images and for noise under the same
/// conditions. NaN: not measured.
struct Metric {
  std::string name;   ///< "frechet": the key in JSON and the column of metrics.csv
  std::string label;  ///< "Fréchet distance": the row of the table
  double value = 0.0;
  double real = 0.0;   ///< of training images
  double noise = 0.0;  ///< of uniform noise
};

/// Metrics of the samples of one class: those generated for it or, for an unconditional generator,
/// those that the classifier assigns to it. NaN: too few samples.
struct ClassMetrics {
  std::string name;  ///< its number if the data set has no names
  std::int64_t samples = 0;
  double percent = 0.0;       ///< share of all samples, according to the classifier
  double data_percent = 0.0;  ///< share of the training images, according to their labels, %
  /// Share of those generated for it that the classifier assigns to it, %.
  double confirmed_percent = 0.0;
  /// Like the metrics of these names, but within the class, with the value for real images.
  Metric precision, recall, coverage, frechet;
};

/// The result of an evaluation: the record that the table, JSON and CSV are written from.
struct Metrics {
  std::string features;   ///< what the features are: "LeNet classifier of data/mnist, …"
  std::string reference;  ///< the images compared with: "10000 test images of data/mnist"
  std::int64_t samples = 0;
  std::vector<Metric> rows;
  std::vector<ClassMetrics> classes = {};  ///< empty unless asked for

  /// The value of the metric called `name`; NaN if there is none.
  double value(std::string_view name) const;
};

/// The data that samples are measured against.
struct EvaluationData {
  std::string name;  ///< its name in the output, such as "data/mnist"
  Dataset train;
  Dataset test;  ///< of the same shape; empty if the data set has no test images
};

/// Splits a data set: `held_out` of its images serve as test images, the others as training images.
/// The split is the same for the same data.
EvaluationData hold_out(std::string name, const Dataset& data, std::int64_t held_out);

/// Minimum and maximum number of samples.
inline constexpr std::int64_t kMinSamples = 100;
inline constexpr std::int64_t kMaxSamples = 100000;

/// Measures samples against a data set, as docs/quality.md describes. Features come from a
/// classifier or, without one, from a fixed random projection of the pixels. Equal images give
/// equal metrics: nothing is drawn from the streams of a run.
class Evaluator {
 public:
  /// For `samples` samples. Compares with the test images if there are that many, else with
  /// training images. Throws an Error (exit code 2) if the data set is too small.
  Evaluator(EvaluationData data, std::optional<TestedClassifier> classifier, std::int64_t samples);

  /// The metrics of real images and of noise: rows without values. Costs as much as two measure().
  /// Copies "nearest" from `known`, baselines for a number of samples for which shares_nearest() is
  /// true.
  std::vector<Metric> measure_baselines(const std::vector<Metric>& known = {}) const;
  /// Whether baselines for `samples` samples have the same "nearest", which uses only the first
  /// 2000 samples.
  bool shares_nearest(std::int64_t samples) const;
  /// Sets the baselines that measure() adds to its values.
  void set_baselines(std::vector<Metric> rows) { baselines_ = std::move(rows); }
  const std::vector<Metric>& baselines() const { return baselines_; }

  /// Images [n, c, h, w] as in a data set: uint8 pixels, or float32 points. With the classes [n]
  /// that they were generated for, and a classifier, also the share that it agrees with.
  Metrics measure(const torch::Tensor& images, const torch::Tensor& classes = {}) const;
  /// The same, also for each class. Without a classifier, or with too many classes to list, no
  /// class is measured.
  Metrics measure_classes(const torch::Tensor& images, const torch::Tensor& classes = {}) const;
  /// One number to select by, lower is better: the Fréchet distance of the classifier's features
  /// or, without a classifier, the sliced Wasserstein distance of the values.
  double score(const torch::Tensor& images) const;
  /// The name of that metric.
  const char* score_name() const;
  /// The rows that measure() returns, without values.
  std::vector<Metric> rows(bool with_classes) const;

 private:
  static constexpr std::int64_t kNeighbour = 5;  // k of precision, recall, density and coverage
  static constexpr std::int64_t kListedClasses = 32;

  struct ImageFeatures {
    torch::Tensor features;
    torch::Tensor probabilities;  // undefined without a classifier
  };
  ImageFeatures features_of(const torch::Tensor& images) const;
  void split_data(std::int64_t samples);
  std::vector<Metric> metric_rows(const ImageFeatures& fake, const torch::Tensor& images,
                                  double nearest) const;
  std::vector<Metric> class_rows(const torch::Tensor& probabilities) const;
  Metrics metrics_of(const ImageFeatures& fake, const torch::Tensor& images,
                     const torch::Tensor& classes) const;
  ClassMetrics metrics_of_class(std::int64_t label, const ImageFeatures& fake,
                                const ImageFeatures& real, const torch::Tensor& classes) const;
  double nearest_distance(const torch::Tensor& images) const;
  torch::Tensor noise() const;
  std::string features_text() const;

  EvaluationData data_;
  std::shared_ptr<const TestedClassifier> classifier_;
  std::int64_t samples_;
  torch::Tensor projection_;
  torch::Tensor class_shares_;  // of the training labels, [classes] float64
  // Disjoint, except for neighbours_: it holds all training images that aren't in reference_.
  torch::Tensor reference_, real_, validation_;
  Dataset neighbours_;
  torch::Tensor reference_labels_, real_labels_;  // undefined if the data set has none
  std::string reference_text_;
  ImageFeatures reference_features_;
  std::vector<Metric> baselines_;
};

}  // namespace gan
