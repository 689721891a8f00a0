#pragma once

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "fuzz.hpp"
#include "gan_train/config/option.hpp"

namespace gan {

/// Remembers texts, so that slow work with the same result is not repeated. It may forget texts,
/// and occasionally confuses two.
class Seen {
 public:
  bool is_new(const std::string& text) {
    const auto hash = std::hash<std::string>()(text);
    return std::exchange(hashes_[hash % hashes_.size()], hash) != hash;
  }

 private:
  std::array<std::size_t, 1 << 16> hashes_{};
};

/// Checks that a config read from a file is written and read back unchanged.
inline void check_round_trip(Config& config, std::span<const Option> table) {
  const auto yaml = to_yaml(config);
  const auto written = parse_yaml(yaml, "written");
  config = Config();
  apply_settings(table, written.settings, written.mistakes);
  if (to_yaml(config) != yaml) std::abort();
}

/// Reading any config file must end in settings or in mistakes.
inline void fuzz_config(ParsedSettings (*parse)(std::string_view, std::string_view),
                        ByteView input) {
  const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  auto parsed = parse(text, "fuzz");
  // Kept between runs, since building the table takes most of the time of one.
  static Config config;
  static const auto table = option_table(config);
  static Seen unknown_keys, configs;
  config = Config();
  // Continues past the first mistakes, where apply_settings would stop. Searching for similar names
  // of unknown keys is by far the slowest part.
  std::string taken;
  std::erase_if(parsed.settings, [&](const Setting& setting) {
    const auto option = std::ranges::find(table, setting.key, &Option::key);
    if (option == table.end()) return !unknown_keys.is_new(setting.key);
    if (set_value(*option, setting.value).empty())
      taken += setting.key + '=' + setting.value + '\n';
    return false;
  });
  try {
    check_config(config);
    apply_settings(table, parsed.settings, std::move(parsed.mistakes));
  } catch (const Error&) {
  }
  if (configs.is_new(taken)) must_not_throw([&] { check_round_trip(config, table); });
}

}  // namespace gan
