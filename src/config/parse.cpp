#include "config/parse.hpp"

#include <algorithm>

namespace gan {

bool is_text_line(std::string_view line) {
  const auto bad = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  };
  return std::none_of(line.begin(), line.end(), bad) && is_utf8(line);
}

std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

void SettingsBuilder::add(int line, const std::string& section, const std::string& key,
                          std::string value) {
  if (!section.empty() && key.find('.') != std::string::npos) {
    return mistake(line, "dotted key ", in_quotes(key), " inside section ", in_quotes(section),
                   "; write it before the first section, or without its dot in its own");
  }
  const auto whole = section.empty() ? key : section + "." + key;
  const auto [first, fresh] = first_line_.emplace(whole, line);
  if (!fresh) {
    return mistake(line, "duplicate key ", in_quotes(whole), "; first given on line ",
                   first->second);
  }
  parsed_.settings.push_back({whole, std::move(value), at(line)});
}

}  // namespace gan
