#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace gan {

/// What --help prints: CLI11's page with a line or more an option, in words rather than in its
/// notation, wrapped to `width` columns.
std::string help_page(const CLI::App& app, std::size_t width);

}  // namespace gan
