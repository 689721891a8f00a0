#pragma once

#include <string>
#include <string_view>

namespace gan {

/// Text as a JSON string, quotes and all. Where it is not UTF-8 (the name of a file may be
/// anything), what is not ASCII becomes '?'. A '<' is written by its number, so that no text
/// ends the element of a web page that holds the JSON.
std::string json_string(std::string_view text);

/// What a cell of a table says as a JSON number; null where it is no finite number.
std::string json_number(std::string_view cell);

}  // namespace gan
