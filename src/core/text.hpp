#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gan {

std::string_view trim(std::string_view text);

/// Splits at every `separator` and trims the parts; "" yields no part.
std::vector<std::string> split(std::string_view text, char separator);

std::string join(std::span<const std::string> parts, std::string_view separator);
std::string join(std::span<const std::int64_t> numbers, std::string_view separator);

/// "1 step", "2 steps".
std::string counted(std::int64_t n, std::string_view noun);

/// "12,345", for people.
std::string grouped(std::int64_t n);

/// The first `most` of some names, printable, and "…" for others: "cat, dog, …".
std::string first_names(std::span<const std::string> names, std::size_t most);

/// What printf would print.
[[gnu::format(printf, 1, 2)]] std::string formatted(const char* format, ...);

/// `text` with a "?" for whatever could move a terminal's cursor: control characters, line breaks
/// and bytes that are not UTF-8.
std::string printable(std::string_view text);

/// `text` for a message: printable, and shortened.
std::string shown(std::string_view text);
inline std::string in_quotes(std::string_view text) { return "'" + shown(text) + "'"; }

/// Columns that UTF-8 text takes on a terminal, a column a character.
std::size_t columns_of(std::string_view text);

/// The words of `text` in lines of at most `width` columns, each with its newline: the first
/// begins with `first`, the others with `rest`. A longer word keeps a line for itself.
std::string wrap(std::string_view text, std::size_t width, std::string_view first = "",
                 std::string_view rest = "");

/// Whether `text` is well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

/// Whether `text` is nothing but digits, one at least.
bool is_digits(std::string_view text);

/// The whole of `text` as a number; nothing if any of it is left over, if it
/// does not fit, or (double) if it is not finite.
std::optional<std::int64_t> parse_int(std::string_view text);
std::optional<double> parse_double(std::string_view text);

/// Seconds, from such as "90s", "30m", "1h30m" or "2d"; nothing where it is not of that kind.
std::optional<double> parse_duration(std::string_view text);

/// The shortest text that reads back as exactly `value`, in any version of YAML too.
std::string format_double(double value);

/// Adds bytes to a text as base64 (RFC 4648, with padding).
void append_base64(std::string& text, std::span<const std::uint8_t> bytes);
inline std::string base64(std::span<const std::uint8_t> bytes) {
  std::string text;
  append_base64(text, bytes);
  return text;
}

/// "; did you mean 'x'?" for the nearest of `known`, or "" when none is near.
/// Nearness is edit distance with transpositions, at most a third of the word.
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

}  // namespace gan
