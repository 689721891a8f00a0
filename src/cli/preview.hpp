#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

namespace gan {

/// Adds the flag --preview; its value "always" shows the preview even if standard output is not a
/// terminal.
CLI::Option* add_preview(CLI::App& app, std::string& when);

/// Whether to show a preview, given the flag's value ("" without it). Throws an Error if it is
/// neither "auto" nor "always".
bool wants_preview(const std::string& when);

/// Shows a PNG file on standard output, scaled to the terminal's width.
void show_preview(const std::filesystem::path& png);

}  // namespace gan
