#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gan_train/core/error.hpp"
#include "gan_train/core/text.hpp"

namespace gan {

/// What a registry's function does: gives its rows, in the order in which lists show them. Each
/// is defined in a file of its own, as `extern const Row kName = …`, and declared by this alone.
#define GAN_REGISTRY(Row, ...)                   \
  extern const Row __VA_ARGS__;                  \
  static const std::array kRows = {__VA_ARGS__}; \
  return kRows

/// The names in a registry: any range of rows with a `name`.
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
