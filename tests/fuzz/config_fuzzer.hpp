#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"

namespace gan {

/// Whatever a config file holds, reading it ends in settings or in mistakes;
/// and a config that came of it is written and read back the same.
inline void fuzz_config(ParsedSettings (*parse)(std::string_view, std::string_view),
                        const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto parsed = parse(text, "fuzz");
  // Kept from run to run: making the table would take most of one.
  static Config config;
  static const auto table = option_table(config);
  config = Config();
  // Past the first mistakes too, where apply_settings would stop.
  for (const auto& setting : parsed.settings) {
    for (const auto& option : table) {
      if (option.key == setting.key) set_value(option, setting.value);
    }
  }
  try {
    check_config(config);
    apply_settings(table, parsed.settings, std::move(parsed.mistakes));
  } catch (const Error&) {
  }
  const auto yaml = to_yaml(config);
  static const auto untouched = to_yaml(Config());
  if (yaml == untouched) return;
  const auto written = parse_yaml(yaml, "written");
  config = Config();
  apply_settings(table, written.settings, written.mistakes);
  if (to_yaml(config) != yaml) std::abort();
}

}  // namespace gan
