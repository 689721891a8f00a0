#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "core/json.hpp"
#include "gan_train/config/option.hpp"

namespace gan {

/// An option's value as JSON: 0.5, true, "mlp", [256, 512]; a label is [0.8, 1].
Json json_value(const Option& option);

/// Describes each option: key, type, default, allowed values, meaning.
Json describe_options(std::span<const Option> table);

/// Options that differ from their defaults, by key, with both values.
Json differences_from_defaults(const Config& config);

enum class ConfigFormat { kIni, kYaml };

/// Whether a path has a config file's extension: .ini, .yaml or .yml.
bool is_config_name(const std::filesystem::path& path);
/// The format for a path's extension; throws an Error (exit code 2) for other extensions.
ConfigFormat format_of_config(const std::filesystem::path& path);

/// A commented config file: each option of `table` with its meaning, allowed values and default.
/// Options with a non-default value are set. Of the others, all (`all`) or the most commonly
/// changed are written, commented out. The file begins with the lines of `heading`.
std::string commented_config(std::span<const Option> table, ConfigFormat format,
                             std::string_view heading, bool all);

}  // namespace gan
