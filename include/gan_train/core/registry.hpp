#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gan_train/core/error.hpp"
#include "gan_train/core/text.hpp"

namespace gan {

/// The names in a table: any range of rows with a `name`.
template <typename Rows>
std::vector<std::string> names_of(const Rows& rows) {
  std::vector<std::string> names;
  for (const auto& row : rows) names.emplace_back(row.name);
  return names;
}

/// The row called `name`, or an Error that lists the candidates and suggests
/// one where one is near. `what` is the word for a row ("loss", "architecture").
template <typename Rows>
const auto& find_row(const Rows& rows, std::string_view name, std::string_view what) {
  for (const auto& row : rows) {
    if (row.name == name) return row;
  }
  const auto known = names_of(rows);
  throw usage_error("unknown ", what, " '", name, "'; known: ", join(known, ", "),
                    did_you_mean(name, known));
}

}  // namespace gan
