#include "formats/color.hpp"

#include <charconv>

#include "core/text.hpp"
#include "gan_train/core/error.hpp"

namespace gan {

Rgb parse_color(std::string_view text) {
  if (text == "white") return kWhite;
  if (text == "black") return {};
  const auto digits = text.substr(text.starts_with('#') ? 1 : 0);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), number, 16);
  if (digits.size() != 6 || error != std::errc() || end != digits.end()) {
    throw usage_error(text.empty() ? "an empty value" : in_quotes(text),
                      " is not a colour; write white, black, or six hexadecimal digits of red, "
                      "green and blue, such as ff8000");
  }
  return {static_cast<std::uint8_t>(number >> 16), static_cast<std::uint8_t>(number >> 8),
          static_cast<std::uint8_t>(number)};
}

std::uint8_t luma(const Rgb& color) {
  return static_cast<std::uint8_t>(
      (19595 * color[0] + 38470 * color[1] + 7471 * color[2] + 0x8000) >> 16);
}

}  // namespace gan
