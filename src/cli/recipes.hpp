#pragma once

#include <filesystem>
#include <string>

namespace gan {

/// The config file that `name` means: a path as it is, or a bare name, with or
/// without extension, of a file in the current folder, beside the program, or
/// where its configs were installed. Error where there is none.
std::filesystem::path find_recipe(const std::string& name);

}  // namespace gan
