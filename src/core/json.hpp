#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace gan {

using Json = nlohmann::ordered_json;

/// JSON, indented, with a newline at its end. Numbers that are not finite become null, and what is
/// not UTF-8 (the name of a file may be anything) U+FFFD.
std::string to_json(const Json& json);

/// The same on one line, without its end.
std::string to_json_line(const Json& json);

/// The same for a web page: a '<' is written by its number, so that no text ends the element that
/// holds the JSON.
std::string to_json_in_html(const Json& json);

/// For people: a line a member, `key: value`, those of an object in it indented below. What could
/// move a terminal's cursor is shown as '?'.
std::string to_text(const Json& json);

/// The number that a cell of a table says; NaN where it is none.
Json json_number(std::string_view cell);

}  // namespace gan
