#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>

#include "gan_train/eval/evaluator.hpp"
#include "gan_train/run/run_folder.hpp"
#include "gan_train/train/trainer.hpp"
#include "io/network_evaluation.hpp"
#include "run/csv_log.hpp"

namespace gan {

/// The evaluations of a training run (eval.every): metrics.csv, and best.pt where it is kept.
/// Reads the run's networks only, so that training goes on as if it were not there.
class RunEvaluation {
 public:
  RunEvaluation(const Trainer& trainer, const Dataset& data, const RunFolder& folder);

  /// Opens metrics.csv for a run that stands at `step`; what was best so far is read off those of
  /// its rows that are of as many samples. Rows go into `events` too, if there are any.
  void open(std::int64_t step, EventFile* events);
  void sync() { rows_->sync(); }

  /// Whether metrics.csv lacks a row of this many samples for where the run stands.
  bool is_due() const { return measured_step_ != trainer_.steps_done(); }
  /// Whether it had one, of any number of samples, when it was opened.
  bool has_row() const { return has_row_; }

  /// Measures the generator at the end of an epoch; returns its metrics in a few words.
  std::string measure(std::int64_t epoch);

  /// The header of metrics.csv, and its last row that measure() made.
  const std::string& header() const { return header_; }
  const std::string& row() const { return row_; }

 private:
  const Trainer& trainer_;
  const RunFolder& folder_;
  Metrics measure_samples() const;
  std::string names() const;

  std::optional<Evaluator> evaluator_;       // one of them
  std::optional<NetworkEvaluator> network_;  // where eval.features names a network
  std::string distance_;                     // the column of the Fréchet distance
  std::optional<CsvLog> rows_;
  std::string header_;
  std::string row_;
  std::int64_t measured_step_ = -1;  ///< of such a row, the last
  bool has_row_ = false;
  /// Lowest Fréchet distance so far, of as many samples, as metrics.csv holds it.
  double best_ = std::numeric_limits<double>::infinity();
};

/// Cuts what is left of earlier evaluations, if anything, at `step`: for a run that makes none.
void cut_metrics(const std::filesystem::path& csv, std::int64_t step);

}  // namespace gan
