#include "formats/preview.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <numeric>

#include "core/text.hpp"

namespace gan {
namespace {

using Variables = std::map<std::string, std::string>;

Shades shades(const Variables& variables) {
  return terminal_shades([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string_view() : std::string_view(found->second);
  });
}

TEST(Shades, AreThoseThatTheEnvironmentTellsOf) {
  const std::pair<const char*, const char*> xterm{"TERM", "xterm-256color"};
  EXPECT_EQ(shades({xterm}), Shades::kColors256);
  EXPECT_EQ(shades({xterm, {"COLORTERM", "truecolor"}}), Shades::kTrueColor);
  EXPECT_EQ(shades({xterm, {"COLORTERM", "24bit"}}), Shades::kTrueColor);
  EXPECT_EQ(shades({xterm, {"COLORTERM", "yes"}}), Shades::kColors256);
  EXPECT_EQ(shades({{"TERM", "xterm-kitty"}}), Shades::kKitty);
  EXPECT_EQ(shades({xterm, {"KITTY_WINDOW_ID", "1"}}), Shades::kKitty);
  EXPECT_EQ(shades({{"TERM", "tmux-256color"}, {"KITTY_WINDOW_ID", "1"}}), Shades::kColors256);
  EXPECT_EQ(shades({{"TERM", "screen"}, {"COLORTERM", "truecolor"}}), Shades::kTrueColor);
}

TEST(Shades, AreCharactersWhereThereIsNoColour) {
  EXPECT_EQ(shades({}), Shades::kAscii);
  EXPECT_EQ(shades({{"TERM", "dumb"}, {"COLORTERM", "truecolor"}}), Shades::kAscii);
  EXPECT_EQ(shades({{"TERM", "vt100"}}), Shades::kAscii);
  EXPECT_EQ(shades({{"TERM", "xterm-kitty"}, {"NO_COLOR", "1"}}), Shades::kAscii);
  EXPECT_EQ(shades({{"TERM", "xterm"}, {"NO_COLOR", ""}}), Shades::kColors256);
}

TEST(ScaledDown, IsTheMeanByArea) {
  const Image image{3, 2, 1, {0, 30, 90, 60, 120, 180}};
  EXPECT_EQ(scaled_down(image, 3, 2).pixels, image.pixels);
  EXPECT_EQ(scaled_down(image, 1, 1).pixels, Bytes{80});
  // Each averages one and a half pixels.
  EXPECT_EQ(scaled_down(image, 2, 1).pixels, (Bytes{45, 115}));
  const Image color{2, 1, 3, {0, 10, 20, 100, 50, 21}};
  EXPECT_EQ(scaled_down(color, 1, 1).pixels, (Bytes{50, 30, 21}));
}

TEST(ScaledDown, KeepsTheMeanOfWhatItDivides) {
  Image image{12, 12, 1, Bytes(144)};
  std::iota(image.pixels.begin(), image.pixels.end(), 0);
  for (const std::int64_t side : {1, 2, 3, 4, 6, 5, 7, 11}) {
    const auto small = scaled_down(image, side, side).pixels;
    const double sum = std::accumulate(small.begin(), small.end(), 0.0);
    EXPECT_NEAR(sum / static_cast<double>(side * side), 71.5, 0.51) << side;
  }
}

TEST(Preview, HalfBlocksHoldTwoPixelsEach) {
  const Image image{2, 3, 3, {1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6, 7, 8, 9, 10, 11, 12}};
  EXPECT_EQ(preview_text(image, 80, Shades::kTrueColor),
            "\x1b[38;2;1;2;3;48;2;4;5;6m▀▀\x1b[0m\n"
            "\x1b[38;2;7;8;9;49m▀\x1b[38;2;10;11;12;49m▀\x1b[0m\n");
}

TEST(Preview, Uses256ColoursNearThoseOfThePicture) {
  const auto code = [](std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
    const auto text = preview_text({1, 1, 3, {red, green, blue}}, 80, Shades::kColors256);
    EXPECT_TRUE(text.starts_with("\x1b[38;5;") && text.ends_with(";49m▀\x1b[0m\n")) << text;
    return text.substr(7, text.find(';', 7) - 7);
  };
  EXPECT_EQ(code(0, 0, 0), "16");
  EXPECT_EQ(code(255, 255, 255), "231");
  EXPECT_EQ(code(255, 0, 0), "196");
  EXPECT_EQ(code(0, 95, 135), "24");
  EXPECT_EQ(code(8, 8, 8), "232");
  EXPECT_EQ(code(128, 128, 128), "244");
  EXPECT_EQ(code(238, 238, 238), "255");
}

TEST(Preview, WithoutColourIsCharacters) {
  const Image image{3, 4, 1, {0, 128, 255, 0, 128, 255, 255, 0, 26, 255, 0, 26}};
  EXPECT_EQ(preview_text(image, 80, Shades::kAscii), " +@\n@ .\n");
}

TEST(Preview, FitsTheWindow) {
  const Image image{582, 234, 1, Bytes(std::size_t{582} * 234, 200)};
  for (const std::int64_t columns : {1, 20, 40, 60, 80, 600}) {
    const auto width = std::min<std::int64_t>(columns, 582);
    const auto text = preview_text(image, columns, Shades::kAscii);
    const auto line = std::string(static_cast<std::size_t>(width), '#') + '\n';
    std::string lines;
    for (int i = 0; i < std::max<std::int64_t>(1, 234 * width / 1164); ++i) lines += line;
    EXPECT_EQ(text, lines) << columns;
    const auto blocks = preview_text(image, columns, Shades::kTrueColor);
    const auto high = std::max<std::int64_t>(1, 234 * width / 582);
    EXPECT_EQ(std::count(blocks.begin(), blocks.end(), '\n'), (high + 1) / 2) << columns;
  }
}

TEST(Preview, KittyGetsThePictureInPieces) {
  Image image{100, 100, 3, Bytes(30000)};
  std::uint32_t state = 1;
  for (auto& byte : image.pixels)
    byte = static_cast<std::uint8_t>((state = state * 69069 + 1) >> 24);
  const auto text = preview_text(image, 80, Shades::kKitty);
  std::string data;
  std::size_t pieces = 0;
  for (std::size_t at = 0; text.compare(at, 3, "\x1b_G") == 0; ++pieces) {
    const auto begin = text.find(';', at), end = text.find("\x1b\\", at);
    const auto keys = text.substr(at + 3, begin - at - 3);
    at = end + 2;
    const bool last = text.compare(at, 3, "\x1b_G") != 0;
    EXPECT_EQ(keys, std::string(pieces == 0 ? "a=T,f=100,q=2," : "") + (last ? "m=0" : "m=1"));
    EXPECT_LE(end - begin - 1, 4096u);
    data += text.substr(begin + 1, end - begin - 1);
  }
  EXPECT_GT(pieces, 8u);
  EXPECT_EQ(data, base64(encode_png(image)));
  EXPECT_TRUE(text.ends_with("\x1b\\\n"));
}

TEST(Preview, KittyScalesOnlyWhatIsTooWide) {
  const auto is_scaled = [](std::int64_t width) {
    const Image image{width, 1, 1, Bytes(static_cast<std::size_t>(width))};
    return preview_text(image, 40, Shades::kKitty).find(",c=40,") != std::string::npos;
  };
  EXPECT_FALSE(is_scaled(320));
  EXPECT_TRUE(is_scaled(321));
}

}  // namespace
}  // namespace gan
