#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "formats/image.hpp"

namespace gan {

/// How a terminal can show a picture.
enum class Shades {
  kAscii,      ///< characters from dark to light, two pixels each
  kColors256,  ///< half blocks, two pixels each, in xterm's 256 colours
  kTrueColor,  ///< the same in 24-bit colour
  kKitty       ///< the picture itself, with kitty's graphics protocol
};

/// The terminal's ability, from the environment variables NO_COLOR, TERM, COLORTERM and
/// KITTY_WINDOW_ID. `get` returns "" for a variable that is not set.
Shades terminal_shades(const std::function<std::string_view(const char*)>& get);

/// Lines of text that show `image` in a terminal of that many columns. Wide pictures are scaled
/// down, averaging the area of each pixel; small ones are not enlarged.
std::string preview_text(const Image& image, std::int64_t columns, Shades shades);

/// `image` scaled down to that size; each pixel is the area-weighted mean of those it covers.
Image scaled_down(const Image& image, std::int64_t width, std::int64_t height);

}  // namespace gan
