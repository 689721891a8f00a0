#include "formats/preview.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/text.hpp"
#include "formats/color.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

Rgb pixel(const Image& image, std::int64_t x, std::int64_t y) {
  const auto* at = image.pixels.data() + (y * image.width + x) * image.channels;
  return image.channels == 1 ? Rgb{at[0], at[0], at[0]} : Rgb{at[0], at[1], at[2]};
}

int luminance(const Rgb& color) {
  return (299 * color[0] + 587 * color[1] + 114 * color[2]) / 1000;  // Rec. 601
}

// The nearest xterm colour: one of 24 greys, or of a cube with six levels per side.
int xterm_color(const Rgb& color) {
  const auto [low, high] = std::minmax({color[0], color[1], color[2]});
  if (high - low < 8 && high > 3 && low < 247) {
    return 232 + std::clamp((luminance(color) - 3) / 10, 0, 23);
  }
  constexpr std::array<int, 6> kLevels = {0, 95, 135, 175, 215, 255};
  int place = 16;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto nearest = std::ranges::min_element(
        kLevels, {}, [&](int level) { return std::abs(level - color[i]); });
    place += static_cast<int>(nearest - kLevels.begin()) * std::array{36, 6, 1}[i];
  }
  return place;
}

std::string color_code(const char* ground, const Rgb& color, Shades shades) {
  if (shades == Shades::kColors256) return str(ground, "8;5;", xterm_color(color));
  return str(ground, "8;2;", int{color[0]}, ";", int{color[1]}, ";", int{color[2]});
}

// Two rows of pixels per line: the text colour of a half block is the upper pixel, the background
// the lower; below an odd last row the background is the terminal's own.
std::string half_blocks(const Image& image, Shades shades) {
  std::string out;
  for (std::int64_t y = 0; y < image.height; y += 2) {
    std::string current;
    for (std::int64_t x = 0; x < image.width; ++x) {
      const std::string colors =
          color_code("3", pixel(image, x, y), shades) + ";" +
          (y + 1 < image.height ? color_code("4", pixel(image, x, y + 1), shades) : "49");
      if (colors != current) out += "\x1b[" + colors + "m";
      current = colors;
      out += "▀";
    }
    out += "\x1b[0m\n";
  }
  return out;
}

// Light on dark, like most terminals.
std::string characters(const Image& image) {
  constexpr std::string_view kRamp = " .:-=+*#%@";
  std::string out;
  for (std::int64_t y = 0; y < image.height; ++y) {
    for (std::int64_t x = 0; x < image.width; ++x) {
      const auto shade = static_cast<std::size_t>(luminance(pixel(image, x, y)));
      out += kRamp[shade * kRamp.size() / 256];
    }
    out += '\n';
  }
  return out;
}

// https://sw.kovidgoyal.net/kitty/graphics-protocol: a PNG file (f=100), displayed at once (a=T)
// without a reply (q=2), in base64 chunks of at most 4096 bytes.
std::string kitty_graphics(const Image& image, std::int64_t columns) {
  constexpr std::int64_t kColumn = 8;  // pixels per column, with a small font
  constexpr std::size_t kChunk = 4096;
  const std::string data = base64(encode_png(image));
  std::string keys = "a=T,f=100,q=2,";
  if (image.width > columns * kColumn) keys += str("c=", columns, ",");
  std::string out;
  for (std::size_t at = 0; at < data.size(); at += kChunk) {
    const bool more = at + kChunk < data.size();
    out += str("\x1b_G", keys, "m=", more, ";", data.substr(at, kChunk), "\x1b\\");
    keys.clear();
  }
  return out + "\n";
}

}  // namespace

Shades terminal_shades(const std::function<std::string_view(const char*)>& get) {
  const auto term = get("TERM");
  if (!get("NO_COLOR").empty() || term.empty() || term == "dumb" || term.starts_with("vt")) {
    return Shades::kAscii;
  }
  // Inside screen and tmux, kitty's variable may be set, but its pictures are not passed on.
  const bool is_wrapped = term.starts_with("screen") || term.starts_with("tmux");
  if (term == "xterm-kitty" || (!get("KITTY_WINDOW_ID").empty() && !is_wrapped)) {
    return Shades::kKitty;
  }
  const auto colors = get("COLORTERM");
  return colors == "truecolor" || colors == "24bit" ? Shades::kTrueColor : Shades::kColors256;
}

Image scaled_down(const Image& image, std::int64_t width, std::int64_t height) {
  Image small{width, height, image.channels, {}};
  small.pixels.reserve(static_cast<std::size_t>(width * height * image.channels));
  // In units in which a pixel of `image` is `width` wide and a pixel of `small` is image.width
  // wide.
  const auto overlap = [](std::int64_t from, std::int64_t size, std::int64_t place,
                          std::int64_t other) {
    return std::min((from + 1) * size, (place + 1) * other) - std::max(from * size, place * other);
  };
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      std::array<std::int64_t, 3> sums{};
      for (std::int64_t v = y * image.height / height; v * height < (y + 1) * image.height; ++v) {
        for (std::int64_t u = x * image.width / width; u * width < (x + 1) * image.width; ++u) {
          const auto area = overlap(u, width, x, image.width) * overlap(v, height, y, image.height);
          const auto color = pixel(image, u, v);
          for (std::size_t c = 0; c < 3; ++c) sums[c] += area * color[c];
        }
      }
      const std::int64_t whole = image.width * image.height;
      for (std::int64_t c = 0; c < image.channels; ++c) {
        small.pixels.push_back(
            static_cast<std::uint8_t>((sums[static_cast<std::size_t>(c)] + whole / 2) / whole));
      }
    }
  }
  return small;
}

std::string preview_text(const Image& image, std::int64_t columns, Shades shades) {
  if (shades == Shades::kKitty) return kitty_graphics(image, columns);
  const std::int64_t width = std::min(image.width, columns);
  // A character cell is about twice as high as wide.
  const std::int64_t pixels_high = shades == Shades::kAscii ? 2 : 1;
  const std::int64_t height =
      std::max<std::int64_t>(1, image.height * width / (image.width * pixels_high));
  const Image small = scaled_down(image, width, height);
  return shades == Shades::kAscii ? characters(small) : half_blocks(small, shades);
}

}  // namespace gan
