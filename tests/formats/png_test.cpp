#include <gtest/gtest.h>

#include "formats/decode_png.hpp"
#include "gan_train/core/random.hpp"
#include "message.hpp"

namespace gan {
namespace {

Image picture(std::int64_t width, std::int64_t height, std::int64_t channels, bool smooth) {
  Image image{width, height, channels, {}};
  SplitMix64 rng(1);
  for (std::int64_t i = 0; i < width * height * channels; ++i) {
    image.pixels.push_back(static_cast<std::uint8_t>(smooth ? i / 3 : rng.below(256)));
  }
  return image;
}

TEST(Png, DecodesToTheSamePixels) {
  for (const std::int64_t channels : {1, 3}) {
    for (const auto& [width, height] : {std::pair{1, 1}, {7, 3}, {3, 7}, {256, 1}, {300, 200}}) {
      for (const bool smooth : {false, true}) {
        const auto image = picture(width, height, channels, smooth);
        const auto decoded = decode_png(encode_png(image));
        EXPECT_EQ(decoded.width, width);
        EXPECT_EQ(decoded.height, height);
        EXPECT_EQ(decoded.channels, channels);
        EXPECT_EQ(decoded.pixels, image.pixels);
      }
    }
  }
}

TEST(Png, RefusesPixelsThatDoNotFit) {
  EXPECT_EQ(message_of([] { encode_png({2, 2, 1, Bytes(3)}); }),
            "cannot make a PNG of 2x2 pixels of 1 channels from 3 bytes");
  EXPECT_EQ(message_of([] { encode_png({2, 1, 2, Bytes(4)}); }),
            "cannot make a PNG of 2x1 pixels of 2 channels from 4 bytes");
  EXPECT_EQ(message_of([] { encode_png({0, 1, 1, {}}); }),
            "cannot make a PNG of 0x1 pixels of 1 channels from 0 bytes");
  EXPECT_EQ(message_of([] { encode_png({std::int64_t{1} << 40, 1, 1, {}}); }),
            "a picture of 1099511627776x1 pixels is too large for a PNG file");
  EXPECT_EQ(message_of([] { encode_png({1 << 20, 1 << 20, 1, {}}); }),
            "a picture of 1048576x1048576 pixels is too large for a PNG file");
}

}  // namespace
}  // namespace gan
