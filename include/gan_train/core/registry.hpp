#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gan {

/// The names in a table: any range of rows with a member `name`.
template <typename Rows>
std::vector<std::string> names_of(const Rows& rows) {
  std::vector<std::string> names;
  for (const auto& row : rows) names.emplace_back(row.name);
  return names;
}

/// Used by find_row().
[[noreturn]] void throw_unknown(std::string_view what, std::string_view name,
                                const std::vector<std::string>& known);

/// The row called `name`. Otherwise throws an Error that lists the names and suggests a similar
/// one. `what` is the word for a row ("loss", "architecture").
template <typename Rows>
const auto& find_row(const Rows& rows, std::string_view name, std::string_view what) {
  for (const auto& row : rows) {
    if (row.name == name) return row;
  }
  throw_unknown(what, name, names_of(rows));
}

}  // namespace gan
