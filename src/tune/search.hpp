#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "tune/search_folder.hpp"
#include "tune/trial_scorer.hpp"

namespace gan {

/// Callbacks of a search; empty ones are skipped.
struct SearchHooks {
  std::function<void(const Job&)> before;
  std::function<void(const Job&, std::int64_t step, std::int64_t of)> on_step;
  std::function<void(const JobResult&)> after;  ///< after it is in tune.csv
  std::function<bool()> stop;                   ///< called after each step and before each job
};

/// A running search: trains the trials one after another as gan-train would, each in its own
/// folder, and scores them on images that none of them has seen. Resumes from the results in its
/// folder and the states of its trials.
class Search {
 public:
  /// Keeps references to all arguments.
  Search(const SearchSetup& setup, const SearchTrials& trials, const SearchFolder& folder,
         const TrialScorer& scorer);

  /// Returns whether the search is complete (false: stopped).
  bool run(const SearchHooks& hooks);

  const std::vector<JobResult>& results() const { return results_; }

 private:
  std::optional<JobResult> run_job(const Job& job, const SearchHooks& hooks) const;
  void remove_states() const;
  void save_best() const;

  const SearchSetup& setup_;
  const SearchTrials& trials_;
  const SearchFolder& folder_;
  const TrialScorer& scorer_;
  std::vector<JobResult> results_;
};

}  // namespace gan
