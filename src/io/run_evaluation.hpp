#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gan_train/eval/evaluator.hpp"
#include "gan_train/io/csv_log.hpp"
#include "gan_train/io/run_folder.hpp"
#include "gan_train/train/trainer.hpp"

namespace gan {

/// The evaluations of a training run (eval.every): metrics.csv, and best.pt where it is kept.
/// Reads the run's networks only, so that training goes on as if it were not there.
class RunEvaluation {
 public:
  RunEvaluation(const Trainer& trainer, const Dataset& data, const RunFolder& folder);

  /// Opens metrics.csv for a run that stands at `step`; what was best so far is read off its rows.
  void open(std::int64_t step);
  void sync() { rows_->sync(); }

  /// Measures the generator at the end of an epoch; returns its figures in a few words.
  std::string measure(std::int64_t epoch);

 private:
  const Trainer& trainer_;
  const RunFolder& folder_;
  Evaluator evaluator_;
  std::optional<CsvLog> rows_;
  double best_;  ///< lowest Fréchet distance so far, as metrics.csv holds it
};

}  // namespace gan
