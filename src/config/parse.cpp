#include "parse.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace gan {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Length of the UTF-8 character that `text` starts with, 0 if it starts with none.
std::size_t utf8_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  if (lead < 0xc0 || lead > 0xf7) return 0;
  const std::size_t more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
  if (text.size() <= more) return 0;
  std::uint32_t point = lead & (0x3fU >> more);
  for (const char c : text.substr(1, more)) {
    if (!is_continuation(c)) return 0;
    point = point << 6U | (static_cast<unsigned char>(c) & 0x3fU);
  }
  // Neither longer than needed, nor half of a UTF-16 pair, nor beyond Unicode.
  constexpr std::array<std::uint32_t, 4> kLeast = {0, 0x80, 0x800, 0x10000};
  const bool surrogate = point >= 0xd800 && point < 0xe000;
  return point < kLeast[more] || point > 0x10ffff || surrogate ? 0 : more + 1;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool is_text_line(std::string_view line) {
  const auto bad = [](char c) { return is_control(c) && c != '\t'; };
  return std::none_of(line.begin(), line.end(), bad) && is_utf8(line);
}

std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string printable(std::string_view text) {
  constexpr std::size_t kMost = 60;
  std::size_t end = std::min(text.size(), kMost);
  while (end < text.size() && end > 0 && is_continuation(text[end])) --end;
  std::string shown(text.substr(0, end));
  const bool unicode = is_utf8(shown);
  for (char& c : shown) {
    if (is_control(c) || (!unicode && static_cast<unsigned char>(c) >= 0x80)) c = '?';
  }
  return end < text.size() ? shown + "…" : shown;
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
