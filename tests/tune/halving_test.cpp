#include "tune/halving.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace gan {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

SearchConfig plan_of(std::int64_t trials, std::int64_t eta, std::int64_t rungs,
                     std::int64_t finalists, std::int64_t repeats) {
  return {.trials = trials,
          .eta = eta,
          .rungs = rungs,
          .finalists = finalists,
          .repeats = repeats,
          .space = {}};
}

JobResult result_for(const Job& job, double score) {
  return {.job = job, .steps = 1, .score = score, .seconds = 1};
}

// Does all jobs of a search, scored by `score`; returns the results in order.
template <typename Score>
std::vector<JobResult> run_all(const SearchConfig& plan, Score score) {
  std::vector<JobResult> results;
  while (const auto job = next_job(plan, results)) {
    results.push_back(result_for(*job, score(*job)));
  }
  return results;
}

std::vector<std::int64_t> trials_of(const std::vector<Job>& jobs) {
  std::vector<std::int64_t> trials;
  for (const Job& job : jobs) trials.push_back(job.trial);
  return trials;
}

using Numbers = std::vector<std::int64_t>;

TEST(Halving, SharesArePowersOfEta) {
  const auto plan = plan_of(9, 3, 3, 1, 2);
  EXPECT_DOUBLE_EQ(level_share(plan, 0), 1.0 / 9);
  EXPECT_DOUBLE_EQ(level_share(plan, 1), 1.0 / 3);
  EXPECT_EQ(level_share(plan, 2), 1.0);
  EXPECT_EQ(level_share(plan, 3), 1.0);  // the final
}

TEST(Halving, StepsAreRoundedUp) {
  const auto plan = plan_of(9, 3, 3, 1, 2);
  for (const std::int64_t total : {1, 2, 8, 9, 10, 900, 1000000007}) {
    EXPECT_EQ(level_steps(plan, 0, total), (total + 8) / 9) << total;
    EXPECT_EQ(level_steps(plan, 1, total), (total + 2) / 3) << total;
    EXPECT_EQ(level_steps(plan, 2, total), total);
    EXPECT_EQ(level_steps(plan, 3, total), total);
  }
}

TEST(Halving, TheBestGoOnAndTheRecipeWithThem) {
  const auto plan = plan_of(9, 3, 3, 1, 2);
  // Trials with higher numbers are better.
  const auto results = run_all(plan, [](const Job& job) { return 100.0 - job.trial; });
  const auto levels = known_levels(plan, results);
  ASSERT_EQ(levels.size(), 4u);
  EXPECT_EQ(trials_of(levels[0]), (Numbers{0, 1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(trials_of(levels[1]), (Numbers{0, 6, 7, 8}));  // ceil(9 / 3)
  EXPECT_EQ(trials_of(levels[2]), (Numbers{0, 7, 8}));     // ceil(4 / 3)
  EXPECT_EQ(levels[3], (std::vector<Job>{{3, 0, 1}, {3, 8, 1}, {3, 0, 2}, {3, 8, 2}}));
  EXPECT_EQ(results.size(), 9u + 4 + 3 + 4);
  // The recipe is not counted twice if it is among the best.
  const auto worse = run_all(plan, [](const Job& job) { return 1.0 + job.trial; });
  EXPECT_EQ(trials_of(known_levels(plan, worse)[1]), (Numbers{0, 1, 2}));
}

TEST(Halving, JobsAreAPureFunctionOfTheResults) {
  const auto plan = plan_of(6, 2, 2, 2, 2);
  const auto score = [](const Job& job) { return std::abs(job.trial - 3.2) + 0.01 * job.repeat; };
  const auto whole = run_all(plan, score);
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const std::vector<JobResult> some(whole.begin(), whole.begin() + static_cast<long>(n));
    EXPECT_EQ(next_job(plan, some), whole[n].job) << n;
  }
  EXPECT_EQ(next_job(plan, whole), std::nullopt);
}

TEST(Halving, TiesGoToTheEarlierTrial) {
  const auto plan = plan_of(6, 3, 2, 1, 2);
  const auto results = run_all(plan, [](const Job&) { return 1.0; });
  EXPECT_EQ(trials_of(known_levels(plan, results)[1]), (Numbers{0, 1}));
  EXPECT_EQ(ranking(plan, results).front().trial, 0);
}

TEST(Halving, WhatDivergesIsOut) {
  const auto plan = plan_of(6, 2, 2, 1, 2);
  const auto results =
      run_all(plan, [](const Job& job) { return job.trial == 4 ? 1.0 : kInfinite; });
  const auto levels = known_levels(plan, results);
  EXPECT_EQ(trials_of(levels[1]), Numbers{4});  // not even the recipe
  EXPECT_EQ(ranking(plan, results).front().trial, 4);
  EXPECT_EQ(ranking(plan, results).size(), 6u);
  // If all trials diverged, the search ends.
  const auto none = run_all(plan, [](const Job&) { return kInfinite; });
  EXPECT_EQ(none.size(), 6u);
  EXPECT_EQ(ranking(plan, none).front().score, kInfinite);
}

TEST(Halving, TheCostIsThatOfTheJobs) {
  const auto plan = plan_of(9, 3, 3, 1, 2);
  // 9 trials to a ninth, 3 and the recipe to a third, 2 and the recipe to the end, and 1 and the
  // recipe twice more from scratch.
  EXPECT_NEAR(search_cost(plan).runs, 9.0 / 9 + 4 * (1.0 / 3 - 1.0 / 9) + 3 * (2.0 / 3) + 4, 1e-12);
  EXPECT_EQ(search_cost(plan).jobs, 9 + 4 + 3 + 4);
  EXPECT_EQ(level_sizes(plan), (Numbers{9, 4, 3, 2}));
  const auto results = run_all(plan, [](const Job& job) { return 100.0 - job.trial; });
  EXPECT_EQ(std::ssize(results), search_cost(plan).jobs);
  EXPECT_EQ(search_cost(plan_of(1, 3, 2, 2, 2)).jobs, 4);  // the recipe alone, three seeds
}

TEST(Halving, ABudgetGivesTheMostTrialsThatFit) {
  const auto plan = plan_of(0, 3, 3, 2, 2);
  const auto n = affordable_trials(plan, 60, 2, 1800);
  const auto seconds = [&](std::int64_t trials) {
    SearchConfig with = plan;
    with.trials = trials;
    return search_cost(with).runs * 60 + static_cast<double>(search_cost(with).jobs) * 2;
  };
  EXPECT_LE(seconds(n), 1800);
  EXPECT_GT(seconds(n + 1), 1800);
  EXPECT_EQ(affordable_trials(plan, 60, 2, 1), 2);
  EXPECT_EQ(affordable_trials(plan, 1e-9, 1e-9, 1800), 1000);
}

TEST(Standings, AreMeansOverSeedsWithTheirDeviation) {
  const auto plan = plan_of(4, 2, 2, 1, 2);
  // Trial 2 wins the rungs; its seeds score 1, 2 and 6, the recipe's 5, 5 and 5.
  const auto results = run_all(plan, [](const Job& job) {
    if (job.trial == 0) return 5.0;
    if (job.trial != 2) return 9.0 + static_cast<double>(job.trial);
    return job.repeat == 0 ? 1.0 : job.repeat == 1 ? 2.0 : 6.0;
  });
  const auto places = ranking(plan, results);
  ASSERT_EQ(places.size(), 4u);
  EXPECT_EQ(places[0].trial, 2);
  EXPECT_EQ(places[0].level, 2);
  EXPECT_EQ(places[0].seeds, 3);
  EXPECT_DOUBLE_EQ(places[0].score, 3.0);
  EXPECT_DOUBLE_EQ(places[0].spread, std::sqrt(7.0));  // (4 + 1 + 9) / 2
  EXPECT_EQ(places[1].trial, 0);
  EXPECT_EQ(places[1].spread, 0.0);
  EXPECT_EQ(places[2].trial, 1);  // eliminated after the first rung
  EXPECT_EQ(places[2].level, 0);
  EXPECT_TRUE(std::isnan(places[2].spread));
}

TEST(Standings, ALevelThatIsNotDoneDoesNotCount) {
  const auto plan = plan_of(4, 2, 2, 1, 2);
  const auto whole = run_all(plan, [](const Job& job) { return 10.0 - job.trial; });
  // All results of the first rung, and of the second only the recipe's, which is the worst.
  const std::vector<JobResult> some(whole.begin(), whole.begin() + 5);
  ASSERT_EQ(some.back().job, (Job{1, 0, 0}));
  EXPECT_EQ(ranking(plan, some).front().trial, 3);
  EXPECT_EQ(ranking(plan, some).front().level, 0);
  EXPECT_TRUE(ranking(plan, {}).empty());
}

}  // namespace
}  // namespace gan
