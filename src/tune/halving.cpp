#include "tune/halving.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace gan {
namespace {

const JobResult* result_of(const std::vector<JobResult>& results, const Job& job) {
  const auto found = std::find_if(results.begin(), results.end(),
                                  [&](const JobResult& result) { return result.job == job; });
  return found == results.end() ? nullptr : &*found;
}

bool is_done(const std::vector<Job>& jobs, const std::vector<JobResult>& results) {
  return std::all_of(jobs.begin(), jobs.end(),
                     [&](const Job& job) { return result_of(results, job) != nullptr; });
}

std::int64_t divide_up(std::int64_t n, std::int64_t by) { return (n + by - 1) / by; }

// The trials promoted by a level's results, in their original order.
std::vector<std::int64_t> promoted(const std::vector<Job>& jobs,
                                   const std::vector<JobResult>& results, std::int64_t max) {
  std::vector<JobResult> sound;
  for (const Job& job : jobs) {
    const JobResult* result = result_of(results, job);
    if (std::isfinite(result->score)) sound.push_back(*result);
  }
  std::stable_sort(sound.begin(), sound.end(),
                   [](const JobResult& a, const JobResult& b) { return a.score < b.score; });
  std::vector<std::int64_t> trials;
  for (const JobResult& result : sound) {
    const bool is_best = std::ssize(trials) < max;
    if (is_best || result.job.trial == 0) trials.push_back(result.job.trial);
  }
  std::sort(trials.begin(), trials.end());
  return trials;
}

// How many of a level's `n` trials are promoted by their score.
std::int64_t promoted_count(const SearchConfig& search, std::int64_t level, std::int64_t n) {
  return level + 1 == search.rungs ? search.finalists : divide_up(n, search.eta);
}

RankedTrial ranked_trial(const std::vector<const JobResult*>& results) {
  RankedTrial ranked{.trial = results.front()->job.trial,
                     .level = results.back()->job.level,
                     .seeds = std::ssize(results)};
  const auto n = static_cast<double>(results.size());
  double squares = 0.0;
  for (const auto* result : results) ranked.score += result->score / n;
  for (const auto* result : results) squares += std::pow(result->score - ranked.score, 2);
  ranked.spread = n > 1 ? std::sqrt(squares / (n - 1)) : std::numeric_limits<double>::quiet_NaN();
  return ranked;
}

}  // namespace

double level_share(const SearchConfig& search, std::int64_t level) {
  const auto below = static_cast<double>(std::max<std::int64_t>(0, search.rungs - 1 - level));
  return std::pow(static_cast<double>(search.eta), -below);
}

std::int64_t level_steps(const SearchConfig& search, std::int64_t level, std::int64_t total) {
  for (; level + 1 < search.rungs; ++level) total = divide_up(total, search.eta);
  return total;
}

std::vector<std::vector<Job>> known_levels(const SearchConfig& search,
                                           const std::vector<JobResult>& results) {
  std::vector<std::vector<Job>> levels(1);
  for (std::int64_t i = 0; i < search.trials; ++i) levels[0].push_back({.level = 0, .trial = i});
  for (std::int64_t level = 1; level <= search.rungs; ++level) {
    const auto& before = levels.back();
    if (!is_done(before, results)) break;
    const auto trials =
        promoted(before, results, promoted_count(search, level - 1, std::ssize(before)));
    const bool is_final = level == search.rungs;
    std::vector<Job> jobs;
    // All finalists get their second seed before any gets its third.
    for (std::int64_t repeat = is_final ? 1 : 0; repeat <= (is_final ? search.repeats : 0);
         ++repeat) {
      for (const std::int64_t trial : trials) jobs.push_back({level, trial, repeat});
    }
    levels.push_back(std::move(jobs));
  }
  return levels;
}

std::optional<Job> next_job(const SearchConfig& search, const std::vector<JobResult>& results) {
  for (const auto& jobs : known_levels(search, results)) {
    for (const Job& job : jobs) {
      if (result_of(results, job) == nullptr) return job;
    }
  }
  return std::nullopt;
}

std::vector<std::int64_t> level_sizes(const SearchConfig& search) {
  std::vector<std::int64_t> sizes = {search.trials};
  for (std::int64_t level = 0; level < search.rungs; ++level) {
    const std::int64_t n = sizes.back();
    sizes.push_back(std::min(n, promoted_count(search, level, n) + 1));  // plus the recipe
  }
  return sizes;
}

SearchCost search_cost(const SearchConfig& search) {
  const auto sizes = level_sizes(search);
  SearchCost cost{.runs = static_cast<double>(sizes.back() * search.repeats),
                  .jobs = sizes.back() * search.repeats};
  double trained = 0.0;
  for (std::int64_t level = 0; level < search.rungs; ++level) {
    const std::int64_t n = sizes[static_cast<std::size_t>(level)];
    const double share = level_share(search, level);
    cost.runs += static_cast<double>(n) * (share - std::exchange(trained, share));
    cost.jobs += n;
  }
  return cost;
}

std::int64_t affordable_trials(SearchConfig search, double run, double measure, double budget) {
  constexpr std::int64_t kMin = 2, kMax = 1000;
  for (search.trials = kMax; search.trials > kMin; --search.trials) {
    const SearchCost cost = search_cost(search);
    if (cost.runs * run + static_cast<double>(cost.jobs) * measure <= budget) break;
  }
  return search.trials;
}

std::vector<RankedTrial> ranking(const SearchConfig& search,
                                 const std::vector<JobResult>& results) {
  const auto levels = known_levels(search, results);
  // The first level counts even if incomplete, since there is no earlier one.
  std::size_t counted = 1;
  while (counted < levels.size() && is_done(levels[counted], results)) ++counted;
  std::vector<RankedTrial> all;
  for (std::int64_t trial = 0; trial < search.trials; ++trial) {
    std::vector<const JobResult*> whole, last;
    for (std::size_t level = 0; level < counted; ++level) {
      for (const Job& job : levels[level]) {
        const JobResult* result = job.trial == trial ? result_of(results, job) : nullptr;
        if (result == nullptr) continue;
        last = {result};
        // Trained to the end: one result per seed.
        if (job.level + 1 >= search.rungs) whole.push_back(result);
      }
    }
    if (!last.empty()) all.push_back(ranked_trial(whole.empty() ? last : whole));
  }
  std::stable_sort(all.begin(), all.end(), [](const RankedTrial& a, const RankedTrial& b) {
    return a.level != b.level ? a.level > b.level : a.score < b.score;
  });
  return all;
}

}  // namespace gan
