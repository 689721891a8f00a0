#ifdef GAN_TRAIN_HAS_CAIRO

#include <cmath>
#include <numbers>

#include "formats/canvas.hpp"
#include "formats/image.hpp"

namespace gan {
namespace {

constexpr int kScatterWidth = 640;
constexpr int kScatterHeight = 690;  // the square, plus the lines above it

// Transparent points: the denser they are, the stronger the colour.
void draw_points(Canvas& canvas, const Frame& frame, const std::vector<float>& points,
                 double radius) {
  for (std::size_t i = 0; i + 1 < points.size(); i += 2) {
    const double x = frame.x_pixel(points[i]), y = frame.y_pixel(points[i + 1]);
    // Written so that NaN is skipped too.
    if (!(x >= frame.left && x <= frame.right && y >= frame.top && y <= frame.bottom)) continue;
    cairo_arc(canvas.cairo(), x, y, radius, 0, 2 * std::numbers::pi);
    cairo_fill(canvas.cairo());
  }
}

}  // namespace

Bytes scatter_png(const std::vector<float>& real, const std::vector<float>& fake, double limit,
                  const std::string& title) {
  Canvas canvas(kScatterWidth, kScatterHeight);
  const auto axis = make_axis(std::vector<double>{-limit, limit}, 0, 6);
  Frame frame{0, 0, kScatterWidth - 24, 0, axis, axis};
  frame.left = 50 + label_width(canvas, axis);
  frame.top = draw_head(canvas, frame.left, title, {"real", "fake"});
  frame.bottom = frame.top + frame.right - frame.left;
  draw_axes(canvas, frame, "x", "y");
  // Real points are large and pale, so that the fake points on top don't hide them.
  canvas.set_color(kPalette[0], 0.3);
  draw_points(canvas, frame, real, 4);
  canvas.set_color(kPalette[1], 0.4);
  draw_points(canvas, frame, fake, 1.5);
  return canvas.file();
}

}  // namespace gan

#endif  // GAN_TRAIN_HAS_CAIRO
