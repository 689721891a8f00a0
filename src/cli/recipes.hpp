#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace gan {

/// The config file for `name`: a path as it is, or a bare name, with or without extension, of a
/// file in the current folder, next to the program, or among its installed configs. Throws an Error
/// if there is none.
std::filesystem::path find_recipe(const std::string& name);

/// The config files shipped with the program and those in ./configs, by name.
std::vector<std::filesystem::path> shipped_recipes();

/// A config file's description of itself: its opening comment.
std::string opening_comment(const std::filesystem::path& recipe);

/// A file shipped with the recipes; empty if it is missing.
std::filesystem::path find_shipped(const std::string& name);

}  // namespace gan
