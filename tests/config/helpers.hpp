#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/text.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"
#include "message.hpp"

namespace gan {

inline Config config_of(ParsedSettings parsed) {
  Config config;
  apply_settings(option_table(config), parsed.settings, std::move(parsed.mistakes));
  return config;
}

inline Config from_ini(std::string_view text) { return config_of(parse_ini(text, "x.ini")); }
inline Config from_yaml(std::string_view text) { return config_of(parse_yaml(text, "x.yaml")); }

inline std::string ini_message(std::string_view text) {
  return usage_message_of([&] { from_ini(text); });
}
inline std::string yaml_message(std::string_view text) {
  return usage_message_of([&] { from_yaml(text); });
}

/// "key=value" of each option, for comparing configs.
inline std::vector<std::string> values_of(Config config) {
  std::vector<std::string> values;
  for (const auto& option : option_table(config)) {
    values.push_back(option.key + "=" + value_text(option));
  }
  return values;
}

/// "key=value" for each setting that a reader found, then its mistakes.
inline std::vector<std::string> found(const ParsedSettings& parsed) {
  std::vector<std::string> all;
  for (const auto& setting : parsed.settings) all.push_back(setting.key + "=" + setting.value);
  all.insert(all.end(), parsed.mistakes.begin(), parsed.mistakes.end());
  return all;
}

using Strings = std::vector<std::string>;

}  // namespace gan
