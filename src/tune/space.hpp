#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gan_train/config/config.hpp"
#include "gan_train/config/option.hpp"

namespace gan {

/// Settings of gan-tune's search by successive halving (Jamieson and Talwalkar 2016): all trials
/// are trained for a small share of a run, the best 1 / eta of them for eta times as long, and so
/// on; the best that reach the end are trained again with further seeds. search_table() describes
/// the fields and their ranges.
struct SearchConfig {
  std::int64_t trials = 16;
  std::int64_t eta = 3;
  std::int64_t rungs = 3;
  std::int64_t finalists = 2;
  std::int64_t repeats = 2;
  std::int64_t samples = 5000;
  std::string space;
};

/// Its rows, as in a config's section [search]; `trials` may be 0 if a budget determines it.
std::vector<Option> search_table(SearchConfig& search);

/// The values to try for one key of the config.
struct Dimension {
  std::string key;
  std::vector<std::string> values;  ///< choices; empty: any number from low to high
  double low = 0.0;
  double high = 0.0;
  bool logarithmic = false;  ///< uniform in the logarithm
  bool is_integer = false;
};
using Space = std::vector<Dimension>;

/// Reads dimensions "key=v1,v2,…", "key=lo..hi" or "key=lo..hi:log", separated by semicolons.
/// Checks keys and values against `table`, without changing its values. Throws an Error (exit code
/// 2) that lists every mistake.
Space parse_space(std::string_view text, std::span<const Option> table);

/// A sensible space for a config, in the syntax of parse_space().
std::string default_space(const Config& recipe);

/// One value per dimension of a space, in its order; empty: the unchanged recipe.
using Trial = std::vector<std::string>;

/// At most `count` different trials, fewer if the space is smaller. The first is the recipe, whose
/// own values are `recipe`. Trial i is a pure function of space, seed and i.
std::vector<Trial> draw_trials(const Space& space, const Trial& recipe, std::int64_t count,
                               std::uint64_t seed);

}  // namespace gan
