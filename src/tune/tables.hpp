#pragma once

#include <string>
#include <vector>

#include "core/json.hpp"
#include "tune/search_folder.hpp"

namespace gan {

/// What will be done, and what it takes: for a terminal of kTableWidth columns.
std::string plan_text(const SearchSetup& setup, const SearchTrials& trials);
Json plan_json(const SearchSetup& setup, const SearchTrials& trials);

/// How the trials stand: a row and the values of each of the best ones, and of the recipe, and
/// whether it is beaten.
std::string standings_text(const SearchSetup& setup, const SearchTrials& trials,
                           const std::vector<JobResult>& results, const std::string& score_name);
/// All of them, the best first.
Json standings_json(const SearchSetup& setup, const SearchTrials& trials,
                    const std::vector<JobResult>& results);

}  // namespace gan
