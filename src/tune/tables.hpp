#pragma once

#include <string>
#include <vector>

#include "core/json.hpp"
#include "tune/search_folder.hpp"

namespace gan {

/// The plan of a search and its cost, for a terminal of kTableWidth columns.
std::string plan_text(const SearchSetup& setup, const SearchTrials& trials);
Json plan_json(const SearchSetup& setup, const SearchTrials& trials);

/// The ranking so far: a row and the values of each of the best trials and of the recipe, and
/// whether the recipe is beaten.
std::string ranking_text(const SearchSetup& setup, const SearchTrials& trials,
                         const std::vector<JobResult>& results, const std::string& score_name);
/// All trials, best first.
Json ranking_json(const SearchSetup& setup, const SearchTrials& trials,
                  const std::vector<JobResult>& results);

}  // namespace gan
