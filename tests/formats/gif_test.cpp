#include "formats/gif.hpp"

#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>

#include "formats/decode_png.hpp"
#include "message.hpp"

namespace gan {
namespace {

struct Decoded {
  int width = 0, height = 0;
  std::vector<int> pauses;    // in milliseconds
  std::vector<Bytes> frames;  // RGB
};

// Decodes with a decoder that is independent of giflib.
Decoded decode(const Bytes& gif) {
  Decoded decoded;
  int* pauses = nullptr;
  int count = 0, channels = 0;
  stbi_uc* pixels =
      stbi_load_gif_from_memory(gif.data(), static_cast<int>(gif.size()), &pauses, &decoded.width,
                                &decoded.height, &count, &channels, 4);
  if (pixels == nullptr) throw std::runtime_error(stbi_failure_reason());
  const stbi_uc* at = pixels;
  for (int i = 0; i < count; ++i) {
    decoded.pauses.push_back(pauses[i]);
    Bytes& frame = decoded.frames.emplace_back();
    for (int j = 0; j < decoded.width * decoded.height; ++j, at += 4) {
      frame.insert(frame.end(), at, at + 3);
    }
  }
  stbi_image_free(pixels);
  std::free(pauses);
  return decoded;
}

// A picture whose bytes start at `first` and increase by `step`.
Image picture(std::int64_t width, std::int64_t height, std::int64_t channels, int first, int step) {
  Image image{width, height, channels, Bytes(static_cast<std::size_t>(width * height * channels))};
  for (auto& byte : image.pixels) {
    byte = static_cast<std::uint8_t>(first);
    first += step;
  }
  return image;
}

Bytes as_rgb(const Image& image) {
  Bytes pixels;
  for (const auto byte : image.pixels) {
    pixels.insert(pixels.end(), image.channels == 1 ? 3 : 1, byte);
  }
  return pixels;
}

class Gif : public testing::Test {
 protected:
  void SetUp() override {
    if (!can_make_gif()) GTEST_SKIP() << "this build has no giflib";
  }
};

TEST(NoGif, SaysHowToGetIt) {
  if (can_make_gif()) GTEST_SKIP() << "this build has giflib";
  EXPECT_NE(usage_message_of([] { GifEncoder(10); }).find("libgif-dev"), std::string::npos);
}

TEST_F(Gif, KeepsGreyFramesAndThoseOfFewColoursExactly) {
  const std::vector<Image> frames = {picture(16, 16, 1, 0, 1), picture(16, 16, 1, 255, -3),
                                     picture(16, 16, 3, 7, 5), picture(16, 16, 1, 9, 0)};
  GifEncoder encoder(25);
  for (const auto& frame : frames) encoder.add(frame, &frame == &frames.back() ? 25 : 1);
  const auto decoded = decode(encoder.finish());
  EXPECT_EQ(decoded.width, 16);
  EXPECT_EQ(decoded.height, 16);
  EXPECT_EQ(decoded.pauses, (std::vector{40, 40, 40, 1000}));
  ASSERT_EQ(decoded.frames.size(), frames.size());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    EXPECT_EQ(decoded.frames[i], as_rgb(frames[i])) << i;
  }
}

TEST_F(Gif, TakesGreyInColourForGrey) {
  Image image = picture(20, 20, 3, 0, 0);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = static_cast<std::uint8_t>(i / 3 % 200);
  }
  GifEncoder grey(10), color(10);
  grey.add(image);
  image.pixels[0] = 1;
  color.add(image);
  const auto bytes = grey.finish(), more = color.finish();
  EXPECT_LT(bytes.size() + 700, more.size());  // no local palette
  image.pixels[0] = 0;
  EXPECT_EQ(decode(bytes).frames[0], image.pixels);
}

TEST_F(Gif, ReducesManyColoursToNearOnes) {
  const std::int64_t side = 64;
  Image image{side, side, 3, {}};
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      for (const int value : {x * 4, y * 4, 128}) {
        image.pixels.push_back(static_cast<std::uint8_t>(value));
      }
    }
  }
  GifEncoder encoder(10);
  encoder.add(image);
  const auto decoded = decode(encoder.finish());
  double sum = 0;
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    sum += std::abs(image.pixels[i] - decoded.frames[0][i]);
  }
  EXPECT_LT(sum / static_cast<double>(image.pixels.size()), 6);
}

TEST_F(Gif, PlaysForEver) {
  GifEncoder encoder(10);
  encoder.add(picture(2, 2, 1, 0, 1));
  const auto bytes = encoder.finish();
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  EXPECT_TRUE(text.starts_with("GIF89a"));
  using namespace std::string_view_literals;
  EXPECT_NE(text.find("\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"sv), std::string_view::npos);
}

TEST_F(Gif, RefusesWhatItCannotHold) {
  EXPECT_EQ(usage_message_of([] { GifEncoder(0); }), "a GIF has 1 to 50 frames per second, not 0");
  EXPECT_EQ(usage_message_of([] { GifEncoder(51); }),
            "a GIF has 1 to 50 frames per second, not 51");
  EXPECT_EQ(message_of([] { GifEncoder(10).finish(); }), "a GIF needs at least one frame");
  EXPECT_NE(usage_message_of([] { GifEncoder(10).add(picture(65536, 1, 1, 0, 0)); }), "");
  EXPECT_EQ(message_of([] {
              GifEncoder encoder(10);
              encoder.add(picture(4, 2, 1, 0, 1));
              encoder.add(picture(2, 4, 1, 0, 1));
            }),
            "a frame of 2x4 pixels in a GIF of 4x2");
}

}  // namespace
}  // namespace gan
