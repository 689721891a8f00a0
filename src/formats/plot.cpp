#ifdef GAN_TRAIN_HAS_CAIRO

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "formats/canvas.hpp"
#include "formats/image.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

constexpr int kWidth = 900;
constexpr int kHeight = 540;

struct Point {
  double x, y;
  bool drawable() const { return is_drawable(x) && is_drawable(y); }
};

// The points of a series. A long series is reduced to the lowest and highest point of each small
// group, which looks the same and draws much faster.
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

// Moving mean over `count` values centred on each point, skipping those that are not drawable.
std::vector<double> smoothed(const std::vector<double>& y, std::int64_t count) {
  const auto side = static_cast<std::size_t>(count / 2);
  std::vector<double> means(y.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (!is_drawable(y[i])) continue;
    const std::size_t begin = i - std::min(i, side), end = std::min(i + side + 1, y.size());
    double sum = 0;
    std::int64_t drawable = 0;
    for (std::size_t j = begin; j < end; ++j) {
      if (!is_drawable(y[j])) continue;
      sum += y[j];
      ++drawable;
    }
    means[i] = sum / static_cast<double>(drawable);
  }
  return means;
}

// Draws a line through each run of points between gaps; a single point becomes a dot.
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

// Draws all series, smoothed if `smooth`.
void draw_series(Canvas& canvas, const Frame& frame, const Plot& plot, bool smooth, double alpha) {
  for (std::size_t i = 0; i < plot.series.size(); ++i) {
    const auto& y = plot.series[i].y;
    canvas.set_color(kPalette[i % kPalette.size()], alpha);
    draw_curve(canvas, frame, points_of(plot.x, smooth ? smoothed(y, plot.smooth) : y));
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

Bytes draw(const Plot& plot, Canvas::Form form) {
  check(plot);
  Canvas canvas(kWidth, kHeight, form);
  std::vector<double> all;
  std::vector<std::string> names;
  for (const auto& series : plot.series) {
    all.insert(all.end(), series.y.begin(), series.y.end());
    names.push_back(series.name);
  }
  Frame frame{0,
              0,
              kWidth - 28,
              kHeight - 60,
              make_axis(plot.x, 0, 8),
              make_axis(all, 0.05, 6, fitting_scale(all))};
  frame.left = 50 + label_width(canvas, frame.y);
  frame.top = draw_head(canvas, frame.left, plot.title, names);
  const bool is_log = frame.y.scale == Scale::kLog;
  draw_axes(canvas, frame, plot.x_label, plot.y_label + (is_log ? ", log scale" : ""));
  const bool smooth = plot.smooth > 1;
  draw_series(canvas, frame, plot, false, smooth ? 0.25 : 1);
  if (smooth) draw_series(canvas, frame, plot, true, 1);
  if (std::none_of(all.begin(), all.end(), [](double y) { return is_drawable(y); })) {
    canvas.set_color(kInk);
    canvas.text("no data", (frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2,
                {.size = 17, .align = 0.5});
  }
  return canvas.file();
}

}  // namespace

bool can_plot() { return true; }

Bytes plot_png(const Plot& plot) { return draw(plot, Canvas::Form::kPixels); }

Bytes plot_svg(const Plot& plot) { return draw(plot, Canvas::Form::kSvg); }

}  // namespace gan

#endif  // GAN_TRAIN_HAS_CAIRO
