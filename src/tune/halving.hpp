#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tune/space.hpp"

namespace gan {

/// The schedule of successive halving as pure functions of the results so far, so that a search can
/// resume from its results alone. Levels 0 … rungs - 1 are the rungs; level `rungs` is the final,
/// which trains the finalists to the end with further seeds.
struct Job {
  std::int64_t level = 0;
  std::int64_t trial = 0;   ///< 0: the unchanged recipe
  std::int64_t repeat = 0;  ///< offset of the seed from the recipe's; above 0 only in the final
  bool operator==(const Job&) const = default;
};

struct JobResult {
  Job job;
  std::int64_t steps = 0;
  double score = 0.0;    ///< lower is better; infinite: the trial diverged
  double seconds = 0.0;  ///< duration of the job
};

/// The share of a run that trials of this level are trained for: eta^(level + 1 - rungs), at most
/// 1.
double level_share(const SearchConfig& search, std::int64_t level);
/// That share of `total` steps, rounded up.
std::int64_t level_steps(const SearchConfig& search, std::int64_t level, std::int64_t total);

/// The jobs of each known level; a level is known once the one before is complete. The best
/// ceil(n / eta) of a rung's n trials are promoted, and the best `finalists` of the last rung; the
/// recipe always is, for comparison, and a trial that diverged never is.
std::vector<std::vector<Job>> known_levels(const SearchConfig& search,
                                           const std::vector<JobResult>& results);

/// The next job; nothing if the search is complete.
std::optional<Job> next_job(const SearchConfig& search, const std::vector<JobResult>& results);

/// The maximum number of trials in each level, the final last.
std::vector<std::int64_t> level_sizes(const SearchConfig& search);

/// Maximum cost of the whole search.
struct SearchCost {
  double runs = 0.0;      ///< training, in units of whole runs
  std::int64_t jobs = 0;  ///< measurements
};
SearchCost search_cost(const SearchConfig& search);

/// The largest number of trials, from 2 to 1,000, whose search takes at most `budget` seconds if a
/// run takes `run` and a measurement `measure` seconds.
std::int64_t affordable_trials(SearchConfig search, double run, double measure, double budget);

/// A trial in the ranking.
struct RankedTrial {
  std::int64_t trial = 0;
  std::int64_t level = 0;  ///< the last level that it was measured in
  std::int64_t seeds = 0;
  double score = 0.0;   ///< mean over its seeds
  double spread = 0.0;  ///< standard deviation over its seeds; NaN for one seed
};

/// All trials measured so far, best first: those of the last complete level before those of earlier
/// levels, then by score. Incomplete levels do not count.
std::vector<RankedTrial> ranking(const SearchConfig& search, const std::vector<JobResult>& results);

}  // namespace gan
