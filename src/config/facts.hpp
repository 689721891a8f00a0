#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "core/json.hpp"
#include "gan_train/config/option.hpp"

namespace gan {

/// An option's value as JSON: 0.5, true, "mlp", [256, 512], and for a label [0.8, 1].
Json json_value(const Option& option);

/// What to know of each option: key, type, default, what is allowed, meaning.
Json describe_options(std::span<const Option> table);

/// The options whose values are not the defaults, by key, each with both.
Json differences_from_defaults(const Config& config);

enum class ConfigFormat { kIni, kYaml };

/// Whether a path ends as config files do: in .ini, .yaml or .yml.
bool is_config_name(const std::filesystem::path& path);
/// What such a file is written in; Error (exit code 2) where the path ends otherwise.
ConfigFormat format_of_config(const std::filesystem::path& path);

/// A config file that explains itself: each option of `table` with its meaning, what is allowed and
/// its default. Options with another value are set; of the others, `all` or only those most often
/// changed are written, as comments.
/// `heading`: the lines it begins with.
std::string commented_config(std::span<const Option> table, ConfigFormat format,
                             std::string_view heading, bool all);

}  // namespace gan
