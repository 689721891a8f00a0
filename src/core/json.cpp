#include "gan_train/core/json.hpp"

#include <cstdio>

#include "gan_train/core/text.hpp"

namespace gan {

std::string json_string(std::string_view text) {
  const bool readable = is_utf8(text);  // a file's name may be anything
  std::string quoted = "\"";
  for (char c : text) {
    if (!readable && (c & 0x80) != 0) c = '?';
    if (c == '"' || c == '\\') {
      quoted += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20 || c == '<') {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      quoted += escape;
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string json_number(std::string_view cell) {
  if (const auto whole = parse_int(cell)) return std::to_string(*whole);
  const auto number = parse_double(cell);
  return number ? format_double(*number) : "null";
}

}  // namespace gan
