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

/// Whether `text` is well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

/// The whole of `text` as a number; nothing if any of it is left over, if it
/// does not fit, or (double) if it is not finite.
std::optional<std::int64_t> parse_int(std::string_view text);
std::optional<double> parse_double(std::string_view text);

/// The shortest text that reads back as exactly `value`, in any version of YAML too.
std::string format_double(double value);

/// Bytes in base64 (RFC 4648, with padding).
std::string base64(std::span<const std::uint8_t> bytes);

/// "; did you mean 'x'?" for the nearest of `known`, or "" when none is near.
/// Nearness is edit distance with transpositions, at most a third of the word.
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

}  // namespace gan
