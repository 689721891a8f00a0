#include "formats/color.hpp"

#include <gtest/gtest.h>

#include "message.hpp"

namespace gan {
namespace {

TEST(Color, IsAWordOrSixDigits) {
  EXPECT_EQ(parse_color("white"), (Rgb{255, 255, 255}));
  EXPECT_EQ(parse_color("black"), (Rgb{0, 0, 0}));
  EXPECT_EQ(parse_color("#ff8001"), (Rgb{255, 128, 1}));
  EXPECT_EQ(parse_color("00FFa0"), (Rgb{0, 255, 160}));
}

TEST(Color, OthersAreRefused) {
  for (const auto* text : {"blue", "#fff", "ff80000", "#-f8000", "0xff80", "##ff800", "ff 800"}) {
    EXPECT_EQ(usage_message_of([&] { parse_color(text); }),
              str("'", text,
                  "' is not a colour; write white, black, or six hexadecimal digits of red, green "
                  "and blue, such as ff8000"));
  }
  EXPECT_EQ(usage_message_of([] { parse_color(""); }).find("an empty value is not a colour"), 0U);
}

}  // namespace
}  // namespace gan
