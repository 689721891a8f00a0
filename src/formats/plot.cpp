#ifdef GAN_TRAIN_HAS_CAIRO

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "gan_train/core/error.hpp"
#include "gan_train/formats/image.hpp"

#include "canvas.hpp"

namespace gan {
namespace {

constexpr int kWidth = 900;
constexpr int kHeight = 540;

struct Point {
  double x, y;
  bool drawable() const { return is_drawable(x) && is_drawable(y); }
};

// The points of a series; of a long one the lowest and the highest of each
// handful, which look the same and draw in no time.
std::vector<Point> points_of(const std::vector<double>& x, const std::vector<double>& y) {
  const std::size_t handful = std::max<std::size_t>(1, x.size() / kWidth);
  std::vector<Point> points;
  for (std::size_t begin = 0; begin < x.size(); begin += handful) {
    const std::size_t end = std::min(begin + handful, x.size());
    std::size_t low = begin, high = begin;
    for (std::size_t i = begin; i < end; ++i) {
      if (!is_drawable(y[i])) continue;
      if (!is_drawable(y[low]) || y[i] < y[low]) low = i;
      if (!is_drawable(y[high]) || y[i] > y[high]) high = i;
    }
    const auto [first, second] = std::minmax(low, high);
    points.push_back({x[first], y[first]});
    if (second != first) points.push_back({x[second], y[second]});
  }
  return points;
}

// A line through each run of points between gaps; a point alone is a dot.
void draw_curve(Canvas& canvas, const Frame& frame, const std::vector<Point>& points) {
  cairo_t* cairo = canvas.cairo();
  cairo_set_line_width(cairo, 2);
  for (std::size_t begin = 0; begin < points.size();) {
    std::size_t end = begin;
    while (end < points.size() && points[end].drawable()) ++end;
    for (std::size_t i = begin; i < end; ++i) {
      cairo_line_to(cairo, frame.x_pixel(points[i].x), frame.y_pixel(points[i].y));
    }
    if (end == begin + 1) {
      cairo_new_path(cairo);
      cairo_arc(cairo, frame.x_pixel(points[begin].x), frame.y_pixel(points[begin].y), 4, 0,
                2 * std::numbers::pi);
      cairo_fill(cairo);
    }
    cairo_stroke(cairo);
    begin = end + 1;
  }
}

void check(const Plot& plot) {
  for (const auto& series : plot.series) {
    if (series.y.size() != plot.x.size()) {
      throw run_error("cannot plot '", series.name, "': ", series.y.size(), " values over ",
                      plot.x.size(), " of '", plot.x_label, "'");
    }
  }
}

}  // namespace

bool can_plot() { return true; }

Bytes plot_png(const Plot& plot) {
  check(plot);
  Canvas canvas(kWidth, kHeight);
  std::vector<double> all;
  std::vector<std::string> names;
  for (const auto& series : plot.series) {
    all.insert(all.end(), series.y.begin(), series.y.end());
    names.push_back(series.name);
  }
  Frame frame{0, 0, kWidth - 28, kHeight - 60, make_axis(plot.x, 0, 8), make_axis(all, 0.05, 6)};
  frame.left = 50 + label_width(canvas, frame.y);
  frame.top = draw_head(canvas, frame.left, plot.title, names);
  draw_axes(canvas, frame, plot.x_label, plot.y_label);
  for (std::size_t i = 0; i < plot.series.size(); ++i) {
    canvas.set_color(kPalette[i % kPalette.size()]);
    draw_curve(canvas, frame, points_of(plot.x, plot.series[i].y));
  }
  if (std::none_of(all.begin(), all.end(), [](double y) { return is_drawable(y); })) {
    canvas.set_color(kInk);
    canvas.text("no data", (frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2,
                {.size = 17, .align = 0.5});
  }
  return canvas.png();
}

}  // namespace gan

#endif  // GAN_TRAIN_HAS_CAIRO
