#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gan {

std::string_view trim(std::string_view text);

/// Splits at every `separator` and trims the parts; "" yields no parts.
std::vector<std::string> split(std::string_view text, char separator);

std::string join(std::span<const std::string> parts, std::string_view separator);
std::string join(std::span<const std::int64_t> numbers, std::string_view separator);

/// "1 step", "2 steps".
std::string counted(std::int64_t n, std::string_view noun);

/// "12,345": with thousands separators, for people.
std::string grouped(std::int64_t n);

/// The first `max` names, made printable, and "…" if there are more: "cat, dog, …".
std::string join_first(std::span<const std::string> names, std::size_t max);

/// The text that printf would print.
[[gnu::format(printf, 1, 2)]] std::string formatted(const char* format, ...);

/// `text` with "?" for everything that could move a terminal's cursor: control characters, line
/// breaks and bytes that are not UTF-8.
std::string printable(std::string_view text);

/// `text` for a message: printable and shortened.
std::string shown(std::string_view text);
inline std::string in_quotes(std::string_view text) { return "'" + shown(text) + "'"; }

/// Columns that UTF-8 text takes on a terminal, assuming one column per character.
std::size_t columns_of(std::string_view text);

/// Wraps `text` into lines of at most `width` columns, each with a newline. The first line begins
/// with `first`, the others with `rest`. A longer word gets its own line.
std::string wrap(std::string_view text, std::size_t width, std::string_view first = "",
                 std::string_view rest = "");

/// Whether `text` is well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

/// Whether `text` consists of one or more digits.
bool is_digits(std::string_view text);

/// Parses all of `text` as a number; returns nothing if text is left over, if the number does not
/// fit, or (double) if it is not finite.
std::optional<std::int64_t> parse_int(std::string_view text);
std::optional<double> parse_double(std::string_view text);

/// Seconds in a text such as "90s", "30m", "1h30m" or "2d"; nothing if it is not a duration.
std::optional<double> parse_duration(std::string_view text);

/// The shortest text that reads back as exactly `value`, also in every version of YAML.
std::string format_double(double value);

/// Appends bytes to a text as base64 (RFC 4648, with padding).
void append_base64(std::string& text, std::span<const std::uint8_t> bytes);
inline std::string base64(std::span<const std::uint8_t> bytes) {
  std::string text;
  append_base64(text, bytes);
  return text;
}

/// "; did you mean 'x'?" for the most similar of `known`, or "" if none is similar: an edit
/// distance, with transpositions, of at most a third of the word.
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

}  // namespace gan
