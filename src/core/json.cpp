#include "gan_train/core/json.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

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

std::string number_text(double number) {
  return std::isfinite(number) ? format_double(number) : "null";
}

// How a value that is neither list nor object is spelled; `quote` is for words.
template <typename Quote>
std::string scalar_text(const Json& json, const Quote& quote) {
  struct Spelling {
    const Quote& quote;
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(bool truth) const { return truth ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const { return number_text(number); }
    std::string operator()(const std::string& text) const { return quote(text); }
    std::string operator()(const JsonArray&) const { return ""; }
    std::string operator()(const JsonObject&) const { return ""; }
  };
  return std::visit(Spelling{quote}, json.value);
}

std::string indented(std::size_t depth) { return '\n' + std::string(2 * depth, ' '); }

std::string json_at(const Json& json, std::size_t depth) {
  std::string out;
  if (const auto* array = std::get_if<JsonArray>(&json.value)) {
    const bool flat = is_flat(json);
    for (const Json& item : *array) {
      out += out.empty() ? "" : flat ? ", " : ",";
      out += (flat ? "" : indented(depth + 1)) + json_at(item, depth + 1);
    }
    return "[" + out + (flat ? "" : indented(depth)) + "]";
  }
  if (const auto* object = std::get_if<JsonObject>(&json.value)) {
    std::vector<std::string> members;
    bool plain = depth > 0;
    for (const auto& [key, value] : *object) {
      members.push_back(json_string(key) + ": " + json_at(value, depth + 1));
      plain = plain && !is_nested(value);
    }
    const std::string line = join(members, ", ");
    if (members.empty() || (plain && 2 * depth + line.size() <= kJsonWidth))
      return "{" + line + "}";
    return "{" + indented(depth + 1) + join(members, "," + indented(depth + 1)) + indented(depth) +
           "}";
  }
  return scalar_text(json, json_string);
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

std::string to_text(const Json& json) {
  std::string out;
  if (const auto* object = std::get_if<JsonObject>(&json.value)) {
    for (const auto& [key, value] : *object) add_text(out, shown_safely(key) + ":", value, 0);
  } else {
    out = line_text(json) + '\n';
  }
  return out;
}

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
