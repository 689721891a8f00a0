#include <algorithm>
#include <limits>

#include <torch/torch.h>

#include "gan_train/eval/evaluator.hpp"
#include "gan_train/eval/metrics.hpp"

namespace gan {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

Metric unmeasured(const char* name) { return {name, "", kUnknown, kUnknown, kUnknown}; }

}  // namespace

ClassFigures Evaluator::figures_of_class(std::int64_t label, const Described& fake,
                                         const Described& real,
                                         const torch::Tensor& classes) const {
  const auto of_class = [&](const Described& all, const torch::Tensor& labels) {
    const auto& by = labels.defined() ? labels : all.probabilities.argmax(1);
    return all.features.index_select(0, by.eq(label).nonzero().flatten());
  };
  const auto reference = of_class(reference_described_, reference_labels_);
  const auto samples = of_class(fake, classes);
  const auto taken = fake.probabilities.argmax(1).eq(label);
  const auto percent = [](const torch::Tensor& marks) {
    return 100.0 * marks.to(torch::kFloat64).mean().item<double>();
  };
  ClassFigures figures{.samples = samples.size(0),
                       .percent = percent(taken),
                       .data = 100.0 * class_shares_[label].item<double>(),
                       .as_asked = kUnknown,
                       .precision = unmeasured("precision"),
                       .recall = unmeasured("recall"),
                       .coverage = unmeasured("coverage"),
                       .frechet = unmeasured("frechet")};
  if (classes.defined() && figures.samples > 0) {
    figures.as_asked = percent(taken.index_select(0, classes.eq(label).nonzero().flatten()));
  }
  const auto compare = [&](const torch::Tensor& features, double Metric::* place) {
    if (std::min(reference.size(0), features.size(0)) <= kNeighbour) return;
    const auto manifold = manifold_figures(reference, features, kNeighbour);
    figures.precision.*place = manifold.precision;
    figures.recall.*place = manifold.recall;
    figures.coverage.*place = manifold.coverage;
    figures.frechet.*place = frechet_distance(reference, features);
  };
  compare(samples, &Metric::value);
  compare(of_class(real, real_labels_), &Metric::floor);
  return figures;
}

Metrics Evaluator::measure_classes(const torch::Tensor& images,
                                   const torch::Tensor& classes) const {
  const Described fake = describe(images);
  Metrics metrics = measured(fake, images, classes);
  if (!classifier_ || classifier_->net->classes() > kListedClasses) return metrics;
  const Described real = describe(real_);
  for (std::int64_t i = 0; i < classifier_->net->classes(); ++i) {
    metrics.classes.push_back(figures_of_class(i, fake, real, classes));
  }
  return metrics;
}

}  // namespace gan
