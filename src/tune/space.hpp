#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gan_train/config/config.hpp"
#include "gan_train/config/option.hpp"

namespace gan {

/// How gan-tune looks for a config: by successive halving (Jamieson and Talwalkar 2016). All
/// trials are trained for a small share of a run, the best 1 / eta of them for eta times as much,
/// and so on; the best of those that get to the end are trained anew with further seeds. What each
/// field means, and its range, stands in search_table().
struct SearchConfig {
  std::int64_t trials = 16;
  std::int64_t eta = 3;
  std::int64_t rungs = 3;
  std::int64_t finalists = 2;
  std::int64_t repeats = 2;
  std::int64_t samples = 5000;
  std::string space;
};

/// Its rows as of a config's section [search]; `trials` may be 0 where the budget is to tell.
std::vector<Option> search_table(SearchConfig& search);

/// The values that one key of the config may take.
struct Dimension {
  std::string key;
  std::vector<std::string> values;  ///< to choose from; none: any number from low to high
  double low = 0.0;
  double high = 0.0;
  bool logarithmic = false;  ///< evenly in the logarithm
  bool whole = false;        ///< integers
};
using Space = std::vector<Dimension>;

/// Reads dimensions "key=v1,v2,…", "key=lo..hi" or "key=lo..hi:log", separated by semicolons. Keys
/// and values are those of `table`, which is used to check them and keeps its values. Error (exit
/// code 2) that names every mistake.
Space parse_space(std::string_view text, std::span<const Option> table);

/// What is worth trying with a config like that, as parse_space() reads it.
std::string default_space(const Config& recipe);

/// Values for each dimension of a space, in its order; none at all: the recipe as it is.
using Trial = std::vector<std::string>;

/// At most `count` different trials, the first of them the recipe, whose own values `recipe` are.
/// Trial i is a pure function of space, seed and i. Where the space holds fewer, all of them.
std::vector<Trial> draw_trials(const Space& space, const Trial& recipe, std::int64_t count,
                               std::uint64_t seed);

}  // namespace gan
