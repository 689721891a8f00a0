#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "core/text.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"

namespace gan {

/// With more mistakes than this, the file is of another kind: reading stops.
inline constexpr std::size_t kMaxMistakes = 20;

/// Whether a line is UTF-8 without control characters other than tab.
bool is_text_line(std::string_view line);

/// Removes the first line from `text` and returns it without its end (LF or CRLF).
std::string_view take_line(std::string_view& text);

/// An option's value as written in a YAML file.
std::string yaml_value(const Option& option);

/// Shared by the readers: collects settings and mistakes, and rejects duplicate keys.
class SettingsBuilder {
 public:
  explicit SettingsBuilder(std::string_view name) : name_(name) {}

  /// `section` is empty for a key at the top level, which may be dotted.
  void add(int line, const std::string& section, const std::string& key, std::string value);

  template <typename... Args>
  void mistake(int line, const Args&... text) {
    if (parsed_.mistakes.size() >= kMaxMistakes) return;
    parsed_.mistakes.push_back(str(at(line), ": ", text...));
  }

  bool has_mistakes() const { return !parsed_.mistakes.empty(); }
  ParsedSettings take() { return std::move(parsed_); }

 private:
  std::string at(int line) const { return str(name_, ":", line); }

  std::string name_;
  ParsedSettings parsed_;
  std::map<std::string, int> first_line_;
};

}  // namespace gan
