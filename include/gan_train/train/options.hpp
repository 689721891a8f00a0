#pragma once

#include <vector>

#include "gan_train/config/option.hpp"

namespace gan {

/// option_table(config) with the names in the registries as choices of model.arch, loss.kind,
/// loss.penalty and data.dataset: by this table set_value and apply_settings refuse unknown ones,
/// as the program does. For a file: apply_settings(full_option_table(config), …) of what
/// read_settings gives, then check_config(config).
std::vector<Option> full_option_table(Config& config);

}  // namespace gan
