#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

namespace gan {

/// Adds the flag --preview, which takes "always" as its value: also where standard output is
/// no terminal.
CLI::Option* add_preview(CLI::App& app, std::string& when);

/// Whether a preview is to be shown, by what that flag said ("" without it); Error where it
/// is neither "auto" nor "always".
bool wants_preview(const std::string& when);

/// Shows a PNG file on standard output, in the terminal's width.
void show_preview(const std::filesystem::path& png);

}  // namespace gan
