#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "formats/image.hpp"

namespace gan {

/// What a terminal can show a picture with.
enum class Shades {
  kAscii,      ///< characters, darker to lighter, two pixels each
  kColors256,  ///< half blocks, a pixel above another, in xterm's 256 colours
  kTrueColor,  ///< the same in 24-bit colour
  kKitty       ///< the picture itself, by kitty's graphics protocol
};

/// What the terminal understands, by the environment variables NO_COLOR, TERM, COLORTERM and
/// KITTY_WINDOW_ID. `get` returns "" for one that is not set.
Shades terminal_shades(const std::function<std::string_view(const char*)>& get);

/// Text, whole lines, that shows `image` in a terminal of so many columns, no larger than
/// it is: wide pictures are scaled down, each pixel the mean of the area it stands for.
std::string preview_text(const Image& image, std::int64_t columns, Shades shades);

/// `image` scaled to that size; each pixel is the mean, by area, of what it covers.
Image scaled_down(const Image& image, std::int64_t width, std::int64_t height);

}  // namespace gan
