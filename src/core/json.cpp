#include "gan_train/core/json.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "gan_train/core/error.hpp"
#include "gan_train/core/text.hpp"

namespace gan {
namespace {

constexpr std::size_t kLineWidth = 60;
constexpr std::size_t kJsonWidth = 100;

bool is_nested(const Json& json) {
  return std::holds_alternative<JsonArray>(json.value) ||
         std::holds_alternative<JsonObject>(json.value);
}

// Numbers and words alone, or a list of them.
bool is_flat(const Json& json) {
  const auto* array = std::get_if<JsonArray>(&json.value);
  if (array != nullptr) return std::none_of(array->begin(), array->end(), is_nested);
  return !is_nested(json);
}

// Quotes and all.
std::string json_string(std::string_view text) {
  const bool readable = is_utf8(text);
  std::string quoted = "\"";
  for (char c : text) {
    if (!readable && (c & 0x80) != 0) c = '?';
    if (c == '"' || c == '\\') {
      quoted += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20 || c == '<') {
      quoted += formatted("\\u%04x", c);
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

// How a value that is neither list nor object is spelled; `quote` is for words.
template <typename Quote>
std::string scalar_text(const Json& json, const Quote& quote) {
  struct Spelling {
    const Quote& quote;
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(bool truth) const { return truth ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const {
      return std::isfinite(number) ? format_double(number) : "null";
    }
    std::string operator()(const std::string& text) const { return quote(text); }
    std::string operator()(const JsonArray&) const { return ""; }
    std::string operator()(const JsonObject&) const { return ""; }
  };
  return std::visit(Spelling{quote}, json.value);
}

void add_line(std::string& out, const Json& json) {
  std::string_view joint;
  if (const auto* array = std::get_if<JsonArray>(&json.value)) {
    out += '[';
    for (const Json& item : *array) {
      out += std::exchange(joint, ", ");
      add_line(out, item);
    }
    out += ']';
  } else if (const auto* object = std::get_if<JsonObject>(&json.value)) {
    out += '{';
    for (const auto& [key, value] : *object) {
      (out += std::exchange(joint, ", ")) += json_string(key) + ": ";
      add_line(out, value);
    }
    out += '}';
  } else {
    out += scalar_text(json, json_string);
  }
}

// Whether it takes a line inside of another at that depth.
bool fits_line(const Json& json, std::size_t depth) {
  const auto* object = std::get_if<JsonObject>(&json.value);
  if (object == nullptr) return is_flat(json);
  if (object->empty()) return true;
  const auto is_long = [](const JsonMember& member) { return is_nested(member.value); };
  return depth > 0 && std::ranges::none_of(*object, is_long) &&
         2 * depth + to_json_line(json).size() - 2 <= kJsonWidth;
}

std::string json_at(const Json& json, std::size_t depth) {
  if (fits_line(json, depth)) return to_json_line(json);
  std::vector<std::string> parts;
  const auto* array = std::get_if<JsonArray>(&json.value);
  if (array != nullptr) {
    for (const Json& item : *array) parts.push_back(json_at(item, depth + 1));
  } else {
    for (const auto& [key, value] : std::get<JsonObject>(json.value)) {
      parts.push_back(json_string(key) + ": " + json_at(value, depth + 1));
    }
  }
  const std::string end = '\n' + std::string(2 * depth, ' ');
  const std::string lines = end + "  " + join(parts, "," + end + "  ") + end;
  return array != nullptr ? "[" + lines + "]" : "{" + lines + "}";
}

std::string shown_safely(std::string text) {
  if (text.empty()) return "(empty)";
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

// On one line: "3", "[1, 28, 28]", "type float32, shape [16, 1]"; six digits do.
std::string line_text(const Json& json) {
  std::vector<std::string> parts;
  if (const auto* number = std::get_if<double>(&json.value)) return str(*number);
  if (const auto* array = std::get_if<JsonArray>(&json.value)) {
    for (const Json& item : *array) parts.push_back(line_text(item));
    return "[" + join(parts, ", ") + "]";
  }
  if (const auto* object = std::get_if<JsonObject>(&json.value)) {
    for (const auto& [key, value] : *object) {
      parts.push_back(shown_safely(key) + " " + line_text(value));
    }
    return join(parts, ", ");
  }
  return scalar_text(json, shown_safely);
}

// The members of an object, or the items of a list, a line each or more.
void add_text(std::string& out, const std::string& label, const Json& json, std::size_t depth) {
  const auto* object = std::get_if<JsonObject>(&json.value);
  const std::string line = std::string(2 * depth, ' ') + label + " " + line_text(json);
  const bool is_short =
      object != nullptr && columns_of(line) <= kLineWidth &&
      std::all_of(object->begin(), object->end(), [](const auto& m) { return is_flat(m.value); });
  if (is_flat(json) || is_short) {
    out += line + '\n';
    return;
  }
  out += std::string(2 * depth, ' ') + label + '\n';
  if (object == nullptr) {
    for (const Json& item : std::get<JsonArray>(json.value)) add_text(out, "-", item, depth + 1);
    return;
  }
  for (const auto& [key, value] : *object) add_text(out, shown_safely(key) + ":", value, depth + 1);
}

template <typename Items>
JsonArray array_of(const Items& items) {
  return JsonArray(items.begin(), items.end());
}

}  // namespace

Json::Json(const std::vector<std::int64_t>& numbers) : value(array_of(numbers)) {}
Json::Json(const std::vector<std::string>& texts) : value(array_of(texts)) {}

std::string to_json(const Json& json) { return json_at(json, 0) + '\n'; }

std::string to_json_line(const Json& json) {
  std::string line;
  add_line(line, json);
  return line;
}

std::string to_text(const Json& json) {
  std::string out;
  if (const auto* object = std::get_if<JsonObject>(&json.value)) {
    for (const auto& [key, value] : *object) add_text(out, shown_safely(key) + ":", value, 0);
  } else {
    out = line_text(json) + '\n';
  }
  return out;
}

Json json_number(std::string_view cell) {
  if (const auto whole = parse_int(cell)) return *whole;
  return parse_double(cell).value_or(std::numeric_limits<double>::quiet_NaN());
}

}  // namespace gan
