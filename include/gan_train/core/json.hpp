#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace gan {

struct Json;
struct JsonMember;
using JsonArray = std::vector<Json>;
using JsonObject = std::vector<JsonMember>;  ///< printed in this order

/// What a command has to tell, as a tree: printed for people or for programs.
struct Json {
  std::variant<std::monostate, bool, std::int64_t, double, std::string, JsonArray, JsonObject>
      value;

  Json();
  Json(bool truth);
  Json(std::integral auto number);
  Json(double number);
  Json(const char* text);
  Json(std::string text);
  Json(std::string_view text);
  Json(JsonArray items);
  Json(JsonObject members);
  Json(const std::vector<std::int64_t>& numbers);
  Json(const std::vector<std::string>& texts);
};

struct JsonMember {
  std::string key;
  Json value;
};

// Here, where a member is a whole type.
inline Json::Json() = default;
inline Json::Json(bool truth) : value(truth) {}
inline Json::Json(std::integral auto number) : value(static_cast<std::int64_t>(number)) {}
inline Json::Json(double number) : value(number) {}
inline Json::Json(const char* text) : value(std::string(text)) {}
inline Json::Json(std::string text) : value(std::move(text)) {}
inline Json::Json(std::string_view text) : value(std::string(text)) {}
inline Json::Json(JsonArray items) : value(std::move(items)) {}
inline Json::Json(JsonObject members) : value(std::move(members)) {}

/// JSON (RFC 8259), indented, but for lists and objects of few plain values, which take a line.
/// Numbers that are not finite become null. Where text is not UTF-8 (the name of a file may be
/// anything), what is not ASCII becomes '?'. A '<' is written by its number, so that no text ends
/// the element of a web page that holds the JSON.
std::string to_json(const Json& json);

/// The same on one line, without its end.
std::string to_json_line(const Json& json);

/// For people: a line a member, `key: value`, those of an object in it indented below. What could
/// move a terminal's cursor is shown as '?'.
std::string to_text(const Json& json);

/// The number that a cell of a table says; NaN where it is none.
Json json_number(std::string_view cell);

}  // namespace gan
