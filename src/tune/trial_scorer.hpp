#pragma once

#include "gan_train/eval/evaluator.hpp"
#include "gan_train/train/trainer.hpp"
#include "io/eval_cache.hpp"
#include "tune/search_folder.hpp"

namespace gan {

/// Scores the trials of a search with the features of gan-eval, on images of the data set that no
/// trial sees. The test images, if any, are not used at all.
class TrialScorer {
 public:
  /// Throws an Error (exit code 2) if the data set is too small. The first use trains a classifier.
  explicit TrialScorer(const SearchSetup& setup);

  /// The data set: training images, and held-out images in place of test images.
  const EvaluationData& data() const { return data_; }
  /// The score of the current generator, lower is better, from as many samples as images are held
  /// out, always with the same latents.
  double score(const Trainer& trainer) const;
  /// The name of the score.
  const char* name() const { return evaluator_.score_name(); }

 private:
  TrialScorer(const SearchSetup& setup, const EvaluationParts& parts);

  EvaluationData data_;
  Evaluator evaluator_;
};

}  // namespace gan
