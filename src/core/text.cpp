#include "core/text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <sstream>

namespace gan {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  if (trim(text).empty()) return parts;
  for (std::size_t begin = 0;;) {
    const auto end = text.find(separator, begin);
    parts.emplace_back(trim(text.substr(begin, end - begin)));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

std::string counted(std::int64_t n, std::string_view noun) {
  return std::to_string(n) + ' ' + std::string(noun) + (n == 1 ? "" : "s");
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string out;
  std::string_view before;
  for (const auto& part : parts) {
    out += before;
    out += part;
    before = separator;
  }
  return out;
}

std::string join(std::span<const std::int64_t> numbers, std::string_view separator) {
  std::vector<std::string> parts;
  for (const std::int64_t number : numbers) parts.push_back(std::to_string(number));
  return join(parts, separator);
}

std::string grouped(std::int64_t n) {
  std::string text = std::to_string(n);
  const std::size_t sign = n < 0 ? 1 : 0;
  for (std::size_t at = text.size(); at > sign + 3;) text.insert(at -= 3, ",");
  return text;
}

std::string join_first(std::span<const std::string> names, std::size_t max) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), max); ++i) {
    text += (i > 0 ? ", " : "") + printable(names[i]);
  }
  return text + (names.size() > max ? ", …" : "");
}

// NOLINTNEXTLINE(modernize-avoid-variadic-functions): the compiler checks the arguments
std::string formatted(const char* format, ...) {
  std::va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  std::string text(static_cast<std::size_t>(std::vsnprintf(nullptr, 0, format, again)), '\0');
  std::vsnprintf(text.data(), text.size() + 1, format, arguments);
  va_end(again);
  va_end(arguments);
  return text;
}

namespace {

// True if the byte continues a UTF-8 character.
bool is_continuation(char c) { return (c & 0xc0) == 0x80; }

template <typename Number>
std::optional<Number> parse_whole(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Length of the UTF-8 sequence at the start of `text`; 0 if it is invalid.
std::size_t utf8_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = at(0);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xc0U) != 0x80) return 0;
  }
  // The second byte rules out overlong forms, surrogates and code points beyond Unicode.
  const bool wrong = (first == 0xe0 && at(1) < 0xa0) || (first == 0xed && at(1) > 0x9f) ||
                     (first == 0xf0 && at(1) < 0x90) || (first == 0xf4 && at(1) > 0x8f);
  return wrong ? 0 : length;
}

// Optimal string alignment distance: edits and swaps of adjacent characters.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out(text);
  const bool unicode = is_utf8(out);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(out[i]);
    // U+0080 to U+009F are control characters too.
    const bool high = byte == 0xc2 && unicode && static_cast<std::uint8_t>(out[i + 1]) < 0xa0;
    if (high) out.erase(i, 1);
    if (high || byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !unicode)) out[i] = '?';
  }
  return out;
}

std::string shown(std::string_view text) {
  constexpr std::size_t kMax = 60;
  std::size_t end = std::min(text.size(), kMax);
  while (end < text.size() && end > 0 && is_continuation(text[end])) --end;
  const std::string out = printable(text.substr(0, end));
  return end < text.size() ? out + "…" : out;
}

std::size_t columns_of(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, is_continuation));
}

std::string wrap(std::string_view text, std::size_t width, std::string_view first,
                 std::string_view rest) {
  std::istringstream words{std::string(text)};
  std::string word, lines, line(first);
  bool begun = false;
  while (words >> word) {
    if (begun && columns_of(line) + 1 + columns_of(word) > width) {
      lines += line + '\n';
      line = std::string(rest) + word;
    } else {
      line += (begun ? " " : "") + word;
    }
    begun = true;
  }
  return lines + line + '\n';
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::optional<std::int64_t> parse_int(std::string_view text) {
  return parse_whole<std::int64_t>(text);
}

std::optional<double> parse_double(std::string_view text) {
  const auto value = parse_whole<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<double> parse_duration(std::string_view text) {
  double seconds = 0.0;
  text = trim(text);
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const auto end = text.find_first_of("smhd");
    if (end == std::string_view::npos) return std::nullopt;
    const auto number = parse_double(text.substr(0, end));
    if (!number || *number < 0) return std::nullopt;
    const char unit = text[end];
    seconds += *number * (unit == 'd' ? 86400 : unit == 'h' ? 3600 : unit == 'm' ? 60 : 1);
    text.remove_prefix(end + 1);
  }
  return seconds;
}

std::string format_double(double value) {
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  if (error != std::errc()) return "nan";
  std::string text(buffer, end);
  // YAML 1.1 reads 2e-04 as a string, 2.0e-04 as a number.
  const auto exponent = text.find('e');
  if (exponent != std::string::npos && text.find('.') == std::string::npos) {
    text.insert(exponent, ".0");
  }
  return text;
}

void append_base64(std::string& text, std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t before = text.size();
  text.resize(before + (bytes.size() + 2) / 3 * 4, '=');
  char* out = text.data() + before;
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min<std::size_t>(3, bytes.size()));
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < part.size(); ++i) word |= std::uint32_t{part[i]} << (16 - 8 * i);
    for (std::size_t i = 0; i <= part.size(); ++i) out[i] = kDigits[word >> (18 - 6 * i) & 63U];
    out += 4;
    bytes = bytes.subspan(part.size());
  }
}

std::string did_you_mean(std::string_view word, std::span<const std::string> known) {
  if (word.size() > 64) return "";
  const std::string* best = nullptr;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const auto& candidate : known) {
    const auto distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = &candidate;
    }
  }
  return best == nullptr ? "" : "; did you mean '" + *best + "'?";
}

}  // namespace gan
