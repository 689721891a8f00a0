#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "tune/search_folder.hpp"
#include "tune/trial_scorer.hpp"

namespace gan {

/// What happens around the jobs of a search; empty ones are skipped.
struct SearchHooks {
  std::function<void(const Job&)> before;
  std::function<void(const Job&, std::int64_t step, std::int64_t of)> on_step;
  std::function<void(const JobResult&)> after;  ///< it is in tune.csv
  std::function<bool()> stop;                   ///< asked after each step and before each job
};

/// A search at work: trains trial after trial, each in its folder, as gan-train would, and judges
/// them on images that none of them has seen. It goes on from the results that its folder holds and
/// from the states of its trials.
class Search {
 public:
  /// All are kept by reference.
  Search(const SearchSetup& setup, const SearchTrials& trials, const SearchFolder& folder,
         const TrialScorer& scorer);

  /// Returns whether it got to the end, rather than being stopped.
  bool run(const SearchHooks& hooks);

  const std::vector<JobResult>& results() const { return results_; }

 private:
  std::optional<JobResult> do_job(const Job& job, const SearchHooks& hooks) const;
  void drop_states() const;
  void save_best() const;

  const SearchSetup& setup_;
  const SearchTrials& trials_;
  const SearchFolder& folder_;
  const TrialScorer& scorer_;
  std::vector<JobResult> results_;
};

}  // namespace gan
