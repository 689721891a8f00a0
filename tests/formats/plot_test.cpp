#include <algorithm>
#include <array>
#include <cstdlib>
#include <gtest/gtest.h>
#include <limits>

#include "formats/decode_png.hpp"
#include "message.hpp"

namespace gan {
namespace {

using Rgb = std::array<std::uint8_t, 3>;
constexpr Rgb kBlue{0, 114, 178};
constexpr Rgb kVermilion{213, 94, 0};
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Box {
  std::int64_t left = INT64_MAX, right = -1, top = INT64_MAX, bottom = -1, count = 0;
};

// Many transparent points don't quite reach the full colour.
bool is_near(std::uint8_t a, std::uint8_t b) { return std::abs(a - b) <= 6; }

// Bounding box of the pixels of a colour, below the legend.
Box find_color(const Image& image, const Rgb& color, std::int64_t from = 70) {
  Box box;
  for (std::int64_t y = from; y < image.height; ++y) {
    for (std::int64_t x = 0; x < image.width; ++x) {
      const auto* pixel = &image.pixels[static_cast<std::size_t>((y * image.width + x) * 3)];
      if (!std::equal(color.begin(), color.end(), pixel, is_near)) continue;
      box = {std::min(box.left, x), std::max(box.right, x), std::min(box.top, y),
             std::max(box.bottom, y), box.count + 1};
    }
  }
  return box;
}

Plot losses(std::vector<double> x, std::vector<double> d, std::vector<double> g) {
  return {"losses", "epoch", "loss", std::move(x), {{"D", std::move(d)}, {"G", std::move(g)}}};
}

class Plots : public testing::Test {
 protected:
  void SetUp() override {
    if (!can_plot()) GTEST_SKIP() << "this build has no cairo";
  }
};

TEST(NoPlots, SaysHowToGetThem) {
  if (can_plot()) GTEST_SKIP() << "this build has cairo";
  const auto plot = message_of([] { plot_png({}); });
  EXPECT_NE(plot.find("libcairo2-dev"), std::string::npos) << plot;
  EXPECT_EQ(message_of([] { plot_svg({}); }), plot);
  EXPECT_EQ(message_of([] { scatter_png({}, {}, 1, ""); }), plot);
}

TEST_F(Plots, DrawsEachSeriesInItsColourFromEndToEnd) {
  const auto image = decode_png(plot_png(losses({1, 2, 3, 4}, {1, 1, 1, 1}, {2, 3, 4, 5})));
  EXPECT_EQ(image.width, 900);
  EXPECT_EQ(image.height, 540);
  EXPECT_EQ(image.channels, 3);
  const auto d = find_color(image, kBlue), g = find_color(image, kVermilion);
  EXPECT_GT(d.right - d.left, 780);
  EXPECT_GT(g.right - g.left, 780);
  EXPECT_LE(d.bottom - d.top, 3);    // level
  EXPECT_GT(g.bottom - g.top, 250);  // rising
  EXPECT_LT(g.bottom, d.top);        // above it
}

TEST_F(Plots, HasALegend) {
  const auto image = decode_png(plot_png(losses({1}, {kNaN}, {kNaN})));
  EXPECT_GT(find_color(image, kBlue, 0).count, 40);
  EXPECT_GT(find_color(image, kVermilion, 0).count, 40);
}

TEST_F(Plots, LeavesAGapAtNaN) {
  const auto part = [](std::vector<double> y) {
    return find_color(
        decode_png(plot_png(losses({0, 1, 2, 3, 4}, std::move(y), {kNaN, kNaN, kNaN, kNaN, kNaN}))),
        kBlue);
  };
  const auto whole = part({1, 1, 1, 1, 1}), gap = part({1, 1, kNaN, 1, 1});
  EXPECT_EQ(gap.left, whole.left);
  EXPECT_EQ(gap.right, whole.right);
  EXPECT_NEAR(static_cast<double>(gap.count), static_cast<double>(whole.count) / 2, 20);
}

TEST_F(Plots, APointAloneIsADot) {
  for (const auto& [x, y] : {std::pair<std::vector<double>, std::vector<double>>{{1}, {0.7}},
                             {{1, 2, 3}, {kNaN, 0.7, kNaN}}}) {
    const auto dot =
        find_color(decode_png(plot_png(losses(x, y, std::vector<double>(x.size(), kNaN)))), kBlue);
    EXPECT_GT(dot.count, 20);
    EXPECT_LE(dot.right - dot.left, 9);
    EXPECT_LE(dot.bottom - dot.top, 9);
  }
}

TEST_F(Plots, KeepsThePeaksOfALongSeries) {
  std::vector<double> x(200000), y(x.size()), none(x.size(), kNaN);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
  const auto level = find_color(decode_png(plot_png(losses(x, y, none))), kBlue);
  y[77777] = 1;
  y[123457] = -1;
  const auto peaks = find_color(decode_png(plot_png(losses(x, y, none))), kBlue);
  EXPECT_LE(level.bottom - level.top, 3);
  EXPECT_GT(peaks.bottom - peaks.top, 300);
}

TEST_F(Plots, SmoothedOnesAreDrawnOverFaintOnes) {
  std::vector<double> x, jumps;
  for (int i = 0; i < 100; ++i) {
    x.push_back(i);
    jumps.push_back(i % 2 == 0 ? 1 : -1);
  }
  auto plot = losses(x, jumps, std::vector<double>(100, kNaN));
  const auto raw = find_color(decode_png(plot_png(plot)), kBlue);
  plot.smooth = 21;
  const auto image = decode_png(plot_png(plot));
  const auto smooth = find_color(image, kBlue);
  EXPECT_GT(raw.bottom - raw.top, 300);
  EXPECT_GT(smooth.right - smooth.left, 780);
  EXPECT_LT(smooth.bottom - smooth.top, 60);
  // A quarter of the colour on white, at the ends, where lines cross nothing.
  const auto faint = find_color(image, {191, 220, 236});
  EXPECT_NEAR(static_cast<double>(faint.top), static_cast<double>(raw.top), 3);
  EXPECT_NEAR(static_cast<double>(faint.bottom), static_cast<double>(raw.bottom), 3);
}

TEST_F(Plots, SmoothingKeepsLevelsAndGaps) {
  const std::vector<double> y = {3, 3, 3, kNaN, 3, 3, 3};
  auto plot = losses({0, 1, 2, 3, 4, 5, 6}, y, std::vector<double>(7, kNaN));
  const auto raw = find_color(decode_png(plot_png(plot)), kBlue);
  plot.smooth = 3;
  const auto smooth = find_color(decode_png(plot_png(plot)), kBlue);
  EXPECT_EQ(smooth.top, raw.top);
  EXPECT_EQ(smooth.bottom, raw.bottom);
  EXPECT_NEAR(static_cast<double>(smooth.count), static_cast<double>(raw.count), 20);
}

TEST_F(Plots, SvgHoldsTheCurvesAsShapes) {
  const auto bytes = plot_svg(losses({1, 2, 3}, {1, 2, 3}, {3, 2, 1}));
  const std::string text(bytes.begin(), bytes.end());
  EXPECT_TRUE(text.starts_with("<?xml")) << text.substr(0, 40);
  EXPECT_TRUE(text.ends_with("</svg>\n"));
  EXPECT_NE(text.find("width=\"900px\" height=\"540px\""), std::string::npos);
  EXPECT_NE(text.find("viewBox=\"0 0 900 540\""), std::string::npos);
  EXPECT_EQ(text.find("<text"), std::string::npos);   // looks the same without the font
  EXPECT_EQ(text.find("<image"), std::string::npos);  // and at any size
  EXPECT_LT(text.size(), 100000u);
}

TEST_F(Plots, DrawsWhateverTheNumbers) {
  const double infinity = std::numeric_limits<double>::infinity();
  const double max = std::numeric_limits<double>::max();
  for (const auto& plot :
       {Plot{}, losses({}, {}, {}), losses({1}, {kNaN}, {infinity}),
        losses({kNaN, 1}, {1, 2}, {3, 4}), losses({1, 2}, {max, -max}, {1, 2}),
        losses({1, 2}, {5e-324, 0}, {0, 0}), losses({1, 1}, {1e299, -1e299}, {1, 2}),
        losses({2, 1}, {1e6, 1e6 + 1e-6}, {1e6, 1e6}), losses({-max, max}, {1, 2}, {3, 4})}) {
    const auto image = decode_png(plot_png(plot));
    EXPECT_EQ(image.width, 900);
    EXPECT_GT(find_color(image, {230, 230, 230}).count, 500) << "no grid";
  }
}

// On a linear scale, the curve would be within a pixel of the axis until it explodes.
TEST_F(Plots, ShowsWhatWasBeforeAnExplosion) {
  std::vector<double> x, y;
  for (int i = 0; i < 40; ++i) {
    x.push_back(i);
    y.push_back(i < 30 ? i % 2 * 5.0 : 8e8);
  }
  const auto image = decode_png(plot_png(losses(x, y, std::vector<double>(40, kNaN))));
  std::int64_t highest = image.height;
  for (std::int64_t row = 70; row < image.height; ++row) {
    const auto* pixel = &image.pixels[static_cast<std::size_t>((row * image.width + 300) * 3)];
    if (is_near(pixel[0], kBlue[0]) && is_near(pixel[2], kBlue[2]))
      highest = std::min(highest, row);
  }
  EXPECT_LT(highest, find_color(image, kBlue).bottom - 15);
}

TEST_F(Plots, RefusesASeriesOfAnotherLength) {
  EXPECT_EQ(message_of([] { plot_png(losses({1, 2}, {1, 2}, {1})); }),
            "cannot plot 'G': 1 values over 2 of 'epoch'");
}

TEST_F(Plots, ScatterShowsBothKindsWhereTheyAre) {
  std::vector<float> real, fake;
  for (int i = 0; i < 50; ++i) {  // opaque where they overlap
    real.insert(real.end(), {-1, -1});
    fake.insert(fake.end(), {1, 1});
    // In the margins, where nothing may be drawn.
    fake.insert(fake.end(), {-2.1f, 0, 2.1f, 0, 0, -2.1f, 0, 2.1f});
  }
  const auto nan = std::numeric_limits<float>::quiet_NaN();
  fake.insert(fake.end(), {9, 9, nan, 0, 0, nan, 1e30f, -1e30f});
  const auto image = decode_png(scatter_png(real, fake, 2, "rings"));
  const auto blue = find_color(image, kBlue), vermilion = find_color(image, kVermilion);
  EXPECT_GT(blue.count, 20);
  EXPECT_LE(blue.right - blue.left, 9);
  EXPECT_GT(vermilion.count, 1);
  EXPECT_LE(vermilion.right - vermilion.left, 9);
  EXPECT_LT(blue.right, vermilion.left);
  EXPECT_GT(blue.top, vermilion.bottom);
  // Both axes have the same scale.
  EXPECT_NEAR(static_cast<double>(vermilion.left - blue.left),
              static_cast<double>(blue.bottom - vermilion.bottom), 6);
}

TEST_F(Plots, ScatterOfNothingHasAxes) {
  const auto image = decode_png(scatter_png({}, {}, 2, "empty"));
  EXPECT_GT(find_color(image, {230, 230, 230}).count, 500);
}

}  // namespace
}  // namespace gan
