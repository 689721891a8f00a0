#pragma once

#include "gan_train/eval/evaluator.hpp"
#include "gan_train/train/trainer.hpp"
#include "io/eval_cache.hpp"
#include "tune/search_folder.hpp"

namespace gan {

/// What the trials of a search are judged by: the features of gan-eval, and images of the data set
/// that no trial is shown. The test images, if there are any, stay unseen by all of this.
class TrialScorer {
 public:
  /// Error (exit code 2) where the data are too few. The first time the classifier is trained.
  explicit TrialScorer(const SearchSetup& setup);

  /// The data set: what to train on, and in the place of test images those held out.
  const EvaluationData& data() const { return data_; }
  /// The score of the generator as it stands, lower is better, by as many samples as images are
  /// held out, always of the same latents.
  double score(const Trainer& trainer) const;
  /// What the score is.
  const char* name() const { return evaluator_.score_name(); }

 private:
  TrialScorer(const SearchSetup& setup, const EvaluationParts& parts);

  EvaluationData data_;
  Evaluator evaluator_;
};

}  // namespace gan
