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

/// The evaluations of a training run (eval.every): metrics.csv, and best.pt if it is kept. Only
/// reads the run's networks, so training is not affected.
class RunEvaluation {
 public:
  RunEvaluation(const Trainer& trainer, const Dataset& data, const RunFolder& folder);

  /// Opens metrics.csv for a run at `step`. The best result so far is read from the rows with the
  /// same number of samples. Rows are also added to `events`, if any.
  void open(std::int64_t step, EventFile* events);
  void sync() { rows_->sync(); }

  /// Whether metrics.csv lacks a row with this number of samples for the current step.
  bool is_due() const { return measured_step_ != trainer_.steps_done(); }
  /// Whether it had one, with any number of samples, when it was opened.
  bool has_row() const { return has_row_; }

  /// Measures the generator at the end of an epoch; returns its metrics as a short text.
  std::string measure(std::int64_t epoch);

  /// The header of metrics.csv, and the last row made by measure().
  const std::string& header() const { return header_; }
  const std::string& row() const { return row_; }

 private:
  const Trainer& trainer_;
  const RunFolder& folder_;
  Metrics measure_samples() const;
  std::string names() const;

  std::optional<Evaluator> evaluator_;       // one of the two is set
  std::optional<NetworkEvaluator> network_;  // set if eval.features names a network
  std::string distance_;                     // the column of the Fréchet distance
  std::optional<CsvLog> rows_;
  std::string header_;
  std::string row_;
  std::int64_t measured_step_ = -1;  ///< step of the last row with this number of samples
  bool has_row_ = false;
  /// Lowest Fréchet distance so far with this number of samples, as written in metrics.csv.
  double best_ = std::numeric_limits<double>::infinity();
};

/// Cuts rows of earlier evaluations, if any, at `step`, for a run without evaluations.
void cut_metrics(const std::filesystem::path& csv, std::int64_t step);

}  // namespace gan
