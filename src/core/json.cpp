#include "core/json.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/text.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

constexpr std::size_t kLineWidth = 60;

std::string dumped(const Json& json, int indent) {
  return json.dump(indent, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

// True for a primitive or a list of primitives.
bool is_flat(const Json& json) {
  return json.is_array() ? std::ranges::none_of(json, &Json::is_structured) : json.is_primitive();
}

std::string shown_safely(std::string text) {
  if (text.empty()) return "(empty)";
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

// One line: "3", "[1, 28, 28]", "type float32, shape [16, 1]". Six digits are enough.
std::string line_text(const Json& json) {
  if (json.is_number_float()) return str(json.get<double>());
  if (json.is_string()) return shown_safely(json.get<std::string>());
  if (json.is_primitive()) return dumped(json, -1);
  std::vector<std::string> parts;
  for (const auto& [key, value] : json.items()) {
    parts.push_back((json.is_object() ? shown_safely(key) + " " : "") + line_text(value));
  }
  return json.is_object() ? join(parts, ", ") : "[" + join(parts, ", ") + "]";
}

// Adds the members of an object, or the items of a list, one or more lines each.
void add_text(std::string& out, const std::string& label, const Json& json, std::size_t depth) {
  const std::string line = std::string(2 * depth, ' ') + label + " " + line_text(json);
  const bool is_short =
      json.is_object() && columns_of(line) <= kLineWidth && std::ranges::all_of(json, is_flat);
  if (is_flat(json) || is_short) {
    out += line + '\n';
    return;
  }
  out += std::string(2 * depth, ' ') + label + '\n';
  for (const auto& [key, value] : json.items()) {
    add_text(out, json.is_object() ? shown_safely(key) + ":" : "-", value, depth + 1);
  }
}

}  // namespace

std::string to_json(const Json& json) { return dumped(json, 2) + '\n'; }

std::string to_json_line(const Json& json) { return dumped(json, -1); }

std::string to_json_in_html(const Json& json) {
  std::string safe;
  for (const char c : to_json_line(json)) c == '<' ? safe += "\\u003c" : safe += c;
  return safe;
}

std::string to_text(const Json& json) {
  if (!json.is_object()) return line_text(json) + '\n';
  std::string out;
  for (const auto& [key, value] : json.items()) add_text(out, shown_safely(key) + ":", value, 0);
  return out;
}

Json json_number(std::string_view cell) {
  if (const auto whole = parse_int(cell)) return *whole;
  return parse_double(cell).value_or(std::numeric_limits<double>::quiet_NaN());
}

}  // namespace gan
