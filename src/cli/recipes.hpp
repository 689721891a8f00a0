#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace gan {

/// The config file that `name` means: a path as it is, or a bare name, with or
/// without extension, of a file in the current folder, beside the program, or
/// where its configs were installed. Error where there is none.
std::filesystem::path find_recipe(const std::string& name);

/// The config files that come with the program, and those in ./configs, by name.
std::vector<std::filesystem::path> shipped_recipes();

/// What a config file says of itself: the comment that it begins with.
std::string opening_comment(const std::filesystem::path& recipe);

/// A file that comes with the recipes; empty where it is not there.
std::filesystem::path find_shipped(const std::string& name);

}  // namespace gan
