#include "tune/trial_scorer.hpp"

#include <algorithm>

#include "gan_train/core/error.hpp"
#include "gan_train/sampling/sample.hpp"
#include "models/conditioning.hpp"
#include "train/device.hpp"

namespace gan {
namespace {

EvaluationData held_out_of(const EvaluationParts& parts, std::int64_t samples) {
  const EvaluationData& all = parts.data;
  const std::int64_t held_out = std::min(samples, all.train.size() / 5);
  if (held_out < kMinSamples) {
    throw usage_error(all.name, ": ", all.train.size(), " images are too few to hold out ",
                      kMinSamples, " of them; at least ", 5 * kMinSamples, " are needed");
  }
  return hold_out(all.name, all.train, held_out);
}

}  // namespace

TrialScorer::TrialScorer(const SearchSetup& setup)
    : TrialScorer(setup, load_evaluation_parts(setup.recipe.data, load_dataset(setup.recipe.data),
                                               resolve_device(setup.recipe.train.device))) {}

TrialScorer::TrialScorer(const SearchSetup& setup, const EvaluationParts& parts)
    : data_(held_out_of(parts, setup.search.samples)),
      evaluator_(data_, parts.classifier, data_.test.size()) {}

double TrialScorer::score(const Trainer& trainer) const {
  return evaluator_.score(draw_samples(trainer.sampling_generator(), trainer.config(),
                                       trainer.classes(), data_.test.size(), kSampleSeed,
                                       /*truncation=*/0.0, trainer.config().train.precision));
}

}  // namespace gan
