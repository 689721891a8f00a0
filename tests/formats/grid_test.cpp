#include <gtest/gtest.h>

#include "formats/image.hpp"
#include "message.hpp"

namespace gan {
namespace {

// The pixels of a grey picture as rows of text, for readable tests.
std::vector<std::string> rows_of(const Image& image, const std::string& symbols) {
  std::vector<std::string> rows;
  for (std::int64_t y = 0; y < image.height; ++y) {
    std::string row;
    for (std::int64_t x = 0; x < image.width; ++x) {
      const auto value = image.pixels[static_cast<std::size_t>(y * image.width + x)];
      row += value < symbols.size() ? symbols[value] : '#';
    }
    rows.push_back(row);
  }
  return rows;
}

const ImageShape kTwoByThree{1, 2, 3};

Bytes counted(std::size_t count) {
  Bytes bytes;
  for (std::size_t i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(i + 1));
  return bytes;
}

TEST(Grid, LaysNonSquareImagesOutRowByRow) {
  const auto grid = image_grid(counted(18), kTwoByThree, {.columns = 2, .gap = 1});
  EXPECT_EQ(grid.channels, 1);
  EXPECT_EQ(rows_of(grid, ".123456789abcdefghi"), (std::vector<std::string>{".........",  //
                                                                            ".123.789.",  //
                                                                            ".456.abc.",  //
                                                                            ".........",  //
                                                                            ".def.....",  //
                                                                            ".ghi.....",  //
                                                                            "........."}));
}

TEST(Grid, ScalesPixelsButNotTheGap) {
  const auto grid = image_grid(counted(4), {1, 1, 2}, {.columns = 1, .scale = 2, .gap = 1});
  EXPECT_EQ(rows_of(grid, ".1234"), (std::vector<std::string>{"......",  //
                                                              ".1122.",  //
                                                              ".1122.",  //
                                                              "......",  //
                                                              ".3344.",  //
                                                              ".3344.",  //
                                                              "......"}));
}

TEST(Grid, WithoutAGapImagesTouch) {
  const auto grid = image_grid(counted(12), kTwoByThree, {.columns = 2, .gap = 0});
  EXPECT_EQ(rows_of(grid, ".123456789abc"), (std::vector<std::string>{"123789",  //
                                                                      "456abc"}));
}

TEST(Grid, KeepsTheChannelsOfAPixelTogether) {
  const auto grid = image_grid(counted(12), {3, 1, 2}, {.columns = 1, .gap = 1});
  EXPECT_EQ(grid.width, 4);
  EXPECT_EQ(grid.height, 5);
  EXPECT_EQ(grid.channels, 3);
  EXPECT_EQ(grid.pixels, (Bytes{0, 0, 0, 0, 0, 0, 0,  0,  0,  0, 0, 0,  //
                                0, 0, 0, 1, 2, 3, 4,  5,  6,  0, 0, 0,  //
                                0, 0, 0, 0, 0, 0, 0,  0,  0,  0, 0, 0,  //
                                0, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0, 0,  //
                                0, 0, 0, 0, 0, 0, 0,  0,  0,  0, 0, 0}));
}

TEST(Grid, InvertsImagesAndGap) {
  const auto grid =
      image_grid(Bytes{0, 255, 10}, {1, 1, 1}, {.columns = 2, .gap = 1, .dark_on_light = true});
  EXPECT_EQ(grid.pixels, (Bytes{255, 255, 255, 255, 255,  //
                                255, 255, 255, 0,   255,  //
                                255, 255, 255, 255, 255,  //
                                255, 245, 255, 255, 255,  //
                                255, 255, 255, 255, 255}));
}

TEST(Grid, IsTheSquarestUnlessTold) {
  const auto size = [](std::size_t count, std::int64_t columns) {
    const auto grid = image_grid(Bytes(count), {1, 1, 1}, {.columns = columns, .gap = 0});
    return std::pair(grid.width, grid.height);
  };
  using Size = std::pair<std::int64_t, std::int64_t>;
  EXPECT_EQ(size(1, 0), Size(1, 1));
  EXPECT_EQ(size(2, 0), Size(2, 1));
  EXPECT_EQ(size(10, 0), Size(4, 3));
  EXPECT_EQ(size(100, 0), Size(10, 10));
  EXPECT_EQ(size(101, 0), Size(11, 10));
  EXPECT_EQ(size(10, 10), Size(10, 1));
  EXPECT_EQ(size(3, 10), Size(10, 1));
}

TEST(Grid, RefusesWhatItCannotDraw) {
  const auto failure = [](std::size_t bytes, ImageShape shape) {
    return message_of([&] { image_grid(Bytes(bytes), shape, {}); });
  };
  EXPECT_EQ(failure(0, kTwoByThree), "cannot draw 0 bytes as images of 1x2x3");
  EXPECT_EQ(failure(7, kTwoByThree), "cannot draw 7 bytes as images of 1x2x3");
  EXPECT_EQ(failure(4, {2, 1, 2}), "cannot draw 4 bytes as images of 2x1x2");
}

TEST(Grid, RefusesOptionsThatMakeNoPicture) {
  const auto failure = [](GridOptions options) {
    return usage_message_of([&] { image_grid(Bytes(6), kTwoByThree, options); });
  };
  EXPECT_EQ(failure({.columns = -1}), "a grid of -1 columns, scale 1 and gap 2 cannot be drawn");
  EXPECT_EQ(failure({.scale = 0}), "a grid of 0 columns, scale 0 and gap 2 cannot be drawn");
  EXPECT_EQ(failure({.scale = INT64_MAX}),
            "a grid of 2.76701e+19x1.84467e+19 pixels is too large for one picture; take fewer "
            "images or a smaller scale");
}

}  // namespace
}  // namespace gan
