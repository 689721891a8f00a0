#include "gan_train/eval/evaluator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <torch/types.h>

#include "core/text.hpp"
#include "eval/classifier.hpp"
#include "eval/draws.hpp"
#include "eval/metric_table.hpp"
#include "eval/metrics.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/core/registry.hpp"
#include "gan_train/models/networks.hpp"

namespace gan {
namespace {

constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kProjected = 128;       // number of features without a classifier
constexpr std::int64_t kCopies = 2000;         // samples whose nearest training image is searched
constexpr std::int64_t kParzenImages = 10000;  // as in Goodfellow et al. 2014
constexpr std::int64_t kParzenValidation = 1000;
constexpr std::int64_t kParzenValues = 4096;  // limit per image, to bound memory
constexpr std::int64_t kPixelBlock = 4000;

// [n, c, h, w] -> [n, values] float32; pixels in [0, 1], points as they are.
torch::Tensor flat_values(const torch::Tensor& images) { return unit_values(images.flatten(1)); }

torch::Tensor first_images(const torch::Tensor& images, std::int64_t max) {
  return images.narrow(0, 0, std::min(max, images.size(0)));
}

Metric unmeasured(const char* name) { return {name, "", kNotMeasured, kNotMeasured, kNotMeasured}; }

Metric make_metric(std::string_view name, double value) {
  const MetricRow& row = find_row(metric_table(), name, "metric");
  return {std::string(name), std::string(row.label), value, kNotMeasured, kNotMeasured};
}

// The row called `name`, or one without values.
Metric row_of(const std::vector<Metric>& rows, std::string_view name) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const Metric& row) { return row.name == name; });
  return found == rows.end() ? Metric{"", "", kNotMeasured, kNotMeasured, kNotMeasured} : *found;
}

// Fills in metrics that derive from others.
void fill_ratio(std::vector<Metric>& rows) {
  const Metric nearest = row_of(rows, "nearest");
  for (Metric& row : rows) {
    if (row.name != "nearest_ratio") continue;
    row.value = nearest.value / nearest.real;
    row.real = 1.0;
    row.noise = nearest.noise / nearest.real;
  }
}

}  // namespace

EvaluationData hold_out(std::string name, const Dataset& data, std::int64_t held_out) {
  const auto order = evaluation_order(data.size());
  const auto part = [&](std::int64_t begin, std::int64_t count) {
    return data.subset(order.narrow(0, begin, count));
  };
  const std::int64_t rest = data.size() - held_out;
  return {std::move(name), part(0, rest), part(rest, held_out)};
}

Evaluator::Evaluator(EvaluationData data, std::optional<TestedClassifier> classifier,
                     std::int64_t samples)
    : data_(std::move(data)),
      classifier_(classifier ? std::make_shared<const TestedClassifier>(*std::move(classifier))
                             : nullptr),
      samples_(samples) {
  choose_vector_kernels();
  split_data(samples);
  if (classifier_) {
    const auto classes = classifier_->net->classes();
    const auto counts = torch::bincount(data_.train.labels, /*weights=*/{}, classes);
    class_shares_ = counts.to(torch::kFloat64).div_(static_cast<double>(data_.train.size()));
  } else {
    const std::int64_t values = data_.train.shape.size();
    const std::int64_t features = std::min(values, kProjected);
    projection_ = torch::empty({values, features})
                      .normal_(0.0, 1.0 / std::sqrt(static_cast<double>(features)),
                               evaluation_generator(kProjection));
  }
  reference_features_ = features_of(reference_);
}

void Evaluator::split_data(std::int64_t samples) {
  const Dataset& train = data_.train;
  const std::int64_t n = train.size();
  if (n < 2 * kMinSamples) {
    throw usage_error(data_.name, ": ", n, " images are too few to measure samples by; at least ",
                      2 * kMinSamples, " are needed");
  }
  const std::int64_t test = data_.test.size();
  const std::int64_t validation = std::min(kParzenValidation, n / 10);
  const auto order = evaluation_order(n);
  const auto pick = [&](std::int64_t begin, std::int64_t count) {
    return train.items(order.narrow(0, begin, count));
  };
  const auto labels_of = [&](std::int64_t begin, std::int64_t count) {
    const torch::Tensor& labels = train.labels;
    return labels.defined() ? labels.index_select(0, order.narrow(0, begin, count)) : labels;
  };
  validation_ = pick(n - validation, validation);
  if (test >= samples) {
    const std::int64_t real = std::min(samples, n - validation);
    reference_ = data_.test.samples;
    reference_labels_ = data_.test.labels;
    reference_text_ = str(test, " test images of ", data_.name);
    real_ = pick(0, real);
    real_labels_ = labels_of(0, real);
    neighbours_ = train;
    return;
  }
  const std::int64_t half = std::min(samples, (n - validation) / 2);
  reference_ = pick(0, half);
  reference_labels_ = labels_of(0, half);
  real_ = pick(half, half);
  real_labels_ = labels_of(half, half);
  neighbours_ = train.subset(order.narrow(0, half, n - half));
  reference_text_ = str(half, " training images of ", data_.name, ", which has ",
                        test == 0 ? "no" : "fewer", " test images");
}

Evaluator::ImageFeatures Evaluator::features_of(const torch::Tensor& images) const {
  if (classifier_) {
    auto [features, probabilities] = classify(classifier_->net, images);
    return {features, probabilities};
  }
  std::vector<torch::Tensor> blocks;
  for (const auto& block : images.split(kPixelBlock)) {
    blocks.push_back(flat_values(block).matmul(projection_));
  }
  return {torch::cat(blocks), {}};
}

std::vector<Metric> Evaluator::metric_rows(const ImageFeatures& fake, const torch::Tensor& images,
                                           double nearest) const {
  const torch::Tensor& real = reference_features_.features;
  std::vector<Metric> rows;
  rows.push_back(make_metric("frechet", frechet_distance(real, fake.features)));
  // Subsets of a small set take half of it; otherwise they would all be equal.
  const std::int64_t half = std::min(real.size(0), fake.features.size(0)) / 2;
  const auto kernel = kernel_distance(real, fake.features, kEvaluationSeed, kKernelSubsets,
                                      std::min(kKernelSubsetSize, half));
  rows.push_back(make_metric("kid", kernel.value));
  rows.push_back(make_metric("kid_error", kernel.standard_error));
  const auto manifold = manifold_metrics(real, fake.features, kNeighbour);
  rows.push_back(make_metric("precision", manifold.precision));
  rows.push_back(make_metric("recall", manifold.recall));
  rows.push_back(make_metric("density", manifold.density));
  rows.push_back(make_metric("coverage", manifold.coverage));
  if (classifier_) {
    for (auto& row : class_rows(fake.probabilities)) rows.push_back(std::move(row));
  } else {
    rows.push_back(make_metric(
        "sliced_wasserstein",
        sliced_wasserstein(flat_values(reference_), flat_values(images), kEvaluationSeed)));
  }
  const torch::Tensor& modes = data_.train.labels;
  if (data_.train.shape.is_point() && modes.defined()) {
    const auto near = mode_metrics(flat_values(data_.train.samples), modes, flat_values(images));
    rows.push_back(make_metric("modes_found", static_cast<double>(near.found)));
    rows.push_back(make_metric("near_modes_percent", 100.0 * near.within));
  }
  rows.push_back(make_metric("nearest", nearest));
  rows.push_back(make_metric("nearest_ratio", kNotMeasured));
  if (images.scalar_type() == torch::kUInt8 && data_.train.shape.size() <= kParzenValues) {
    const auto centres = flat_values(first_images(images, kParzenImages));
    const double width = choose_parzen_width(centres, flat_values(validation_));
    const auto parzen =
        parzen_log_likelihood(centres, flat_values(first_images(reference_, kParzenImages)), width);
    rows.push_back(make_metric("parzen", parzen.mean));
    rows.push_back(make_metric("parzen_error", parzen.standard_error));
    rows.push_back(make_metric("parzen_width", width));
  }
  return rows;
}

std::vector<Metric> Evaluator::class_rows(const torch::Tensor& probabilities) const {
  const std::int64_t classes = class_shares_.size(0);
  const auto [shares, found, kl, confident] = class_shares(probabilities, class_shares_);
  const Classes named = classes_of(data_.train);
  std::vector<Metric> rows;
  rows.push_back(make_metric("classifier_score", classifier_score(probabilities)));
  rows.push_back(make_metric("confident_percent", 100.0 * confident));
  rows.push_back(make_metric("classes_found", static_cast<double>(found)));
  rows.push_back(make_metric("class_kl", kl));
  for (std::int64_t i = 0; classes <= kListedClasses && i < classes; ++i) {
    rows.push_back({str("class_", i, "_percent"), str("  class ", printable(named.name(i)), ", %"),
                    100.0 * shares[i].item<double>(), kNotMeasured, kNotMeasured});
  }
  return rows;
}

double Evaluator::nearest_distance(const torch::Tensor& images) const {
  const auto from = flat_values(first_images(images, kCopies));
  torch::Tensor nearest;
  for (std::int64_t begin = 0; begin < neighbours_.size(); begin += kPixelBlock) {
    const auto block = neighbours_.items(begin, std::min(kPixelBlock, neighbours_.size() - begin));
    const auto found = nearest_squared_distances(from, flat_values(block));
    nearest = nearest.defined() ? torch::minimum(nearest, found) : found;
  }
  return nearest.clamp_min(0.0).sqrt().median().item<double>();
}

torch::Tensor Evaluator::noise() const {
  const auto& shape = data_.train.shape;
  const auto values = torch::empty({samples_, shape.channels, shape.height, shape.width});
  const auto generator = evaluation_generator(kNoiseImages);
  if (shape.is_point()) return values.uniform_(-1.0, 1.0, generator);
  return values.uniform_(0.0, 256.0, generator).floor_().clamp_max_(255.0).to(torch::kUInt8);
}

bool Evaluator::shares_nearest(std::int64_t samples) const {
  return std::min(samples, samples_) >= kCopies && data_.test.size() >= std::max(samples, samples_);
}

std::vector<Metric> Evaluator::measure_baselines(const std::vector<Metric>& known) const {
  const auto random = noise();
  Metric nearest = row_of(known, "nearest");
  if (known.empty()) {
    // Training images would be their own nearest neighbours, so the reference replaces them.
    nearest.real = nearest_distance(reference_);
    nearest.noise = nearest_distance(random);
  }
  auto rows = metric_rows(features_of(real_), real_, nearest.real);
  const auto noise_rows = metric_rows(features_of(random), random, nearest.noise);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].real = rows[i].value;
    rows[i].noise = noise_rows[i].value;
    rows[i].value = kNotMeasured;
  }
  return rows;
}

std::vector<Metric> Evaluator::rows(bool with_classes) const {
  auto rows = baselines_;
  if (with_classes && classifier_) {
    rows.push_back(make_metric("as_asked_percent", kNotMeasured));
    rows.back().real = 100.0 * classifier_->accuracy;
  }
  return rows;
}

Metrics Evaluator::measure(const torch::Tensor& images, const torch::Tensor& classes) const {
  return metrics_of(features_of(images), images, classes);
}

Metrics Evaluator::metrics_of(const ImageFeatures& fake, const torch::Tensor& images,
                              const torch::Tensor& classes) const {
  Metrics metrics{features_text(), reference_text_, images.size(0),
                  metric_rows(fake, images, nearest_distance(images))};
  for (Metric& row : metrics.rows) {
    const Metric known = row_of(baselines_, row.name);
    row.real = known.real;
    row.noise = known.noise;
  }
  if (classes.defined() && classifier_) {
    const auto right = fake.probabilities.argmax(1).eq(classes).to(torch::kFloat64).mean();
    metrics.rows.push_back(rows(/*with_classes=*/true).back());
    metrics.rows.back().value = 100.0 * right.item<double>();
  }
  fill_ratio(metrics.rows);
  return metrics;
}

double Evaluator::score(const torch::Tensor& images) const {
  if (classifier_) {
    return frechet_distance(reference_features_.features, features_of(images).features);
  }
  return sliced_wasserstein(flat_values(reference_), flat_values(images), kEvaluationSeed);
}

const char* Evaluator::score_name() const {
  return classifier_ ? "Fréchet distance" : "sliced Wasserstein distance";
}

std::string Evaluator::features_text() const {
  if (!classifier_) {
    return str(projection_.size(1), " fixed random projections of the values of ", data_.name,
               data_.train.has_pixels() ? ", which has no labels to learn features from"
                                        : ", which are points");
  }
  const std::string percent = formatted("%.1f %%", 100.0 * classifier_->accuracy);
  const char* of = classifier_->net->stacked() > 1 ? "the digits in each channel of " : "";
  return str("LeNet classifier of ", of, data_.name, ", ", percent, " on ",
             classifier_->test_images ? "its test images" : "images held out",
             "; not comparable with FID on Inception's features");
}

ClassMetrics Evaluator::metrics_of_class(std::int64_t label, const ImageFeatures& fake,
                                         const ImageFeatures& real,
                                         const torch::Tensor& classes) const {
  const auto of_class = [&](const ImageFeatures& all, const torch::Tensor& labels) {
    const auto& by = labels.defined() ? labels : all.probabilities.argmax(1);
    return all.features.index_select(0, by.eq(label).nonzero().flatten());
  };
  const auto reference = of_class(reference_features_, reference_labels_);
  const auto samples = of_class(fake, classes);
  const auto taken = fake.probabilities.argmax(1).eq(label);
  const auto percent = [](const torch::Tensor& marks) {
    return 100.0 * marks.to(torch::kFloat64).mean().item<double>();
  };
  ClassMetrics metrics{.name = classes_of(data_.train).name(label),
                       .samples = samples.size(0),
                       .percent = percent(taken),
                       .data_percent = 100.0 * class_shares_[label].item<double>(),
                       .confirmed_percent = kNotMeasured,
                       .precision = unmeasured("precision"),
                       .recall = unmeasured("recall"),
                       .coverage = unmeasured("coverage"),
                       .frechet = unmeasured("frechet")};
  if (classes.defined() && metrics.samples > 0) {
    metrics.confirmed_percent =
        percent(taken.index_select(0, classes.eq(label).nonzero().flatten()));
  }
  const auto compare = [&](const torch::Tensor& features, double Metric::* place) {
    if (std::min(reference.size(0), features.size(0)) <= kNeighbour) return;
    const auto manifold = manifold_metrics(reference, features, kNeighbour);
    metrics.precision.*place = manifold.precision;
    metrics.recall.*place = manifold.recall;
    metrics.coverage.*place = manifold.coverage;
    metrics.frechet.*place = frechet_distance(reference, features);
  };
  compare(samples, &Metric::value);
  compare(of_class(real, real_labels_), &Metric::real);
  return metrics;
}

Metrics Evaluator::measure_classes(const torch::Tensor& images,
                                   const torch::Tensor& classes) const {
  const ImageFeatures fake = features_of(images);
  Metrics metrics = metrics_of(fake, images, classes);
  if (!classifier_ || classifier_->net->classes() > kListedClasses) return metrics;
  const ImageFeatures real = features_of(real_);
  for (std::int64_t i = 0; i < classifier_->net->classes(); ++i) {
    metrics.classes.push_back(metrics_of_class(i, fake, real, classes));
  }
  return metrics;
}

}  // namespace gan
