#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace gan {

/// What --help prints for the command called `name`: CLI11's page, with a line or more per option,
/// in words rather than in its notation, wrapped to `width` columns.
std::string help_page(const CLI::App& app, const std::string& name, std::size_t width);

}  // namespace gan
