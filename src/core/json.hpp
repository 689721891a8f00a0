#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace gan {

using Json = nlohmann::ordered_json;

/// Indented JSON with a final newline. Numbers that are not finite become null; bytes that are not
/// UTF-8 (file names may hold any) become U+FFFD.
std::string to_json(const Json& json);

/// The same on one line, without a final newline.
std::string to_json_line(const Json& json);

/// JSON for a web page: '<' is escaped, so that no text can close the element that holds it.
std::string to_json_in_html(const Json& json);

/// Text for people: `key: value`, one line per member, nested objects indented below. Characters
/// that could move a terminal's cursor are shown as '?'.
std::string to_text(const Json& json);

/// The number in a table cell; NaN if it is not a number.
Json json_number(std::string_view cell);

}  // namespace gan
