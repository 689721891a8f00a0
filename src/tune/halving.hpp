#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tune/space.hpp"

namespace gan {

/// The plan of successive halving as pure functions of what has been measured so far, so that a
/// search can go on from its results alone. Levels 0 … rungs - 1 are the rungs; level `rungs` is
/// the final, in which the finalists are trained to the end with further seeds.
struct Job {
  std::int64_t level = 0;
  std::int64_t trial = 0;   ///< 0: the recipe as it is
  std::int64_t repeat = 0;  ///< how far the seed is from the recipe's; above 0 in the final only
  bool operator==(const Job&) const = default;
};

struct JobResult {
  Job job;
  std::int64_t steps = 0;
  double score = 0.0;    ///< lower is better; infinite: the trial diverged
  double seconds = 0.0;  ///< that the job took
};

/// The share of a run that trials of this level are trained for: eta^(level + 1 - rungs), at
/// most 1.
double level_share(const SearchConfig& search, std::int64_t level);
/// The steps that this is of `total`, rounded up.
std::int64_t level_steps(const SearchConfig& search, std::int64_t level, std::int64_t total);

/// The jobs of each level that is settled: who is in a level is known once the one before is done.
/// Of a rung's n trials the best ceil(n / eta) go on, of the last one's the best `finalists`;
/// beside them always the recipe, to compare with, and never a trial that diverged.
std::vector<std::vector<Job>> settled_levels(const SearchConfig& search,
                                             const std::vector<JobResult>& results);

/// What is to be done next; nothing where the search is complete.
std::optional<Job> next_job(const SearchConfig& search, const std::vector<JobResult>& results);

/// How many trials there are at most in each level, the final last.
std::vector<std::int64_t> level_sizes(const SearchConfig& search);

/// What the whole search takes at most.
struct SearchCost {
  double runs = 0.0;      ///< training, in whole runs
  std::int64_t jobs = 0;  ///< measurements
};
SearchCost search_cost(const SearchConfig& search);

/// The most trials, at least 2 and at most 1,000, whose search takes no more than `budget` seconds
/// where a run takes `run` and a measurement `measure`.
std::int64_t affordable_trials(SearchConfig search, double run, double measure, double budget);

/// A trial's place.
struct Standing {
  std::int64_t trial = 0;
  std::int64_t level = 0;  ///< the last that it was measured in
  std::int64_t seeds = 0;
  double score = 0.0;   ///< mean over its seeds
  double spread = 0.0;  ///< their standard deviation; NaN for one seed
};

/// All trials measured so far, the best first: those of the last level that is done before those of
/// earlier ones, then by score. Of a level that is not done yet nothing counts.
std::vector<Standing> standings(const SearchConfig& search, const std::vector<JobResult>& results);

}  // namespace gan
