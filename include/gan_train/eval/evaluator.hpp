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

/// One metric of an evaluation, and what real images and noise score in it on the same terms. NaN
/// where there is none.
struct Metric {
  std::string name;   ///< "frechet": the key in JSON and the column of metrics.csv
  std::string label;  ///< "Fréchet distance": the row of the table
  double value = 0.0;
  double floor = 0.0;    ///< of training images
  double ceiling = 0.0;  ///< of uniform noise
};

/// What an evaluation says of the samples of one class: those that were asked to be of it or, where
/// nothing was asked for, those that the classifier takes for it. NaN where there are too few.
struct ClassMetrics {
  std::string name;  ///< its number, where the data set names none
  std::int64_t samples = 0;
  double percent = 0.0;   ///< of all samples, by the classifier
  double data = 0.0;      ///< of the training images, by their labels, %
  double as_asked = 0.0;  ///< of those asked for, the classifier agrees, %; NaN: none were
  /// As the rows of these names, but within the class, with what real images score.
  Metric precision, recall, coverage, frechet;
};

/// All that an evaluation says: the one record that table, JSON and CSV are written from.
struct Metrics {
  std::string features;   ///< what the features are: "LeNet classifier of data/mnist, …"
  std::string reference;  ///< what was compared with: "10000 test images of data/mnist"
  std::int64_t samples = 0;
  std::vector<Metric> rows;
  std::vector<ClassMetrics> classes = {};  ///< where asked for

  /// The value called `name`; NaN where there is none.
  double value(std::string_view name) const;
};

/// The data that samples are measured against.
struct EvaluationData {
  std::string name;  ///< what the output calls it, such as "data/mnist"
  Dataset train;
  Dataset test;  ///< of the same shape; empty where the data set has no test images
};

/// The data set in two parts: `held_out` of its images in the place of test images, the others to
/// train on. Always the same ones of the same data.
EvaluationData hold_out(std::string name, const Dataset& data, std::int64_t held_out);

/// Fewest and most samples that are measured.
inline constexpr std::int64_t kMinSamples = 100;
inline constexpr std::int64_t kMaxSamples = 100000;

/// Measures samples against a data set; docs/quality.md says how. Features come from a classifier
/// or, where there is none, from a fixed random projection of the pixels. Always the same metrics
/// for the same images: nothing is drawn from a run's streams.
class Evaluator {
 public:
  /// For `samples` samples. Compares with the test images where there are that many, else with
  /// training images. Error (exit code 2) where the data set is too small.
  Evaluator(EvaluationData data, std::optional<TestedClassifier> classifier, std::int64_t samples);

  /// What real images and noise score: rows without values. Costs as much as two measure().
  /// "nearest" is copied from `known`, the baselines of a number of samples that shares_nearest().
  std::vector<Metric> measure_baselines(const std::vector<Metric>& known = {}) const;
  /// Whether baselines for so many samples have the same "nearest": only the first 2000 samples
  /// count there.
  bool shares_nearest(std::int64_t samples) const;
  /// What measure() is to set beside its values.
  void set_baselines(std::vector<Metric> rows) { baselines_ = std::move(rows); }
  const std::vector<Metric>& baselines() const { return baselines_; }

  /// Images [n, c, h, w] as a data set holds them: uint8 pixels, or float32 points. With
  /// the classes [n] that were asked for, and a classifier, also how many are of theirs.
  Metrics measure(const torch::Tensor& images, const torch::Tensor& classes = {}) const;
  /// The same, class by class as well; without a classifier, or with more classes than are listed,
  /// it says nothing of them.
  Metrics measure_classes(const torch::Tensor& images, const torch::Tensor& classes = {}) const;
  /// One number to choose by, lower is better: the Fréchet distance of the classifier's features
  /// or, without one, the sliced Wasserstein distance of the values.
  double score(const torch::Tensor& images) const;
  /// What that number is called.
  const char* score_name() const;
  /// The rows that measure() gives, without values.
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
  Metrics measured(const ImageFeatures& fake, const torch::Tensor& images,
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
  // Disjoint but for neighbours_, which holds all training images that aren't in reference_.
  torch::Tensor reference_, real_, validation_;
  Dataset neighbours_;
  torch::Tensor reference_labels_, real_labels_;  // undefined where the data have none
  std::string reference_text_;
  ImageFeatures reference_features_;
  std::vector<Metric> baselines_;
};

}  // namespace gan
