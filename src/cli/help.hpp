#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace gan {

/// The --help page of the command called `name`: CLI11's page, but with its notation replaced by
/// words, one or more lines per option, wrapped to `width` columns. `example` may be empty.
std::string help_page(const CLI::App& app, const std::string& name, std::string_view example,
                      std::size_t width);

}  // namespace gan
