#pragma once

#include <array>
#include <cairo.h>
#include <memory>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "formats/ticks.hpp"

namespace gan {

struct Color {
  double red, green, blue;
};

/// Colours that colour-blind readers can tell apart (Okabe and Ito 2008).
inline constexpr std::array<Color, 7> kPalette{{{0.000, 0.447, 0.698},    // blue
                                                {0.835, 0.369, 0.000},    // vermilion
                                                {0.000, 0.620, 0.451},    // bluish green
                                                {0.800, 0.475, 0.655},    // reddish purple
                                                {0.902, 0.624, 0.000},    // orange
                                                {0.337, 0.706, 0.914},    // sky blue
                                                {0.000, 0.000, 0.000}}};  // black

inline constexpr Color kInk{0.15, 0.15, 0.15};

struct TextStyle {
  double size = 13;
  double align = 0;  ///< share of the text that is left of x: 0, 0.5 or 1
  double angle = 0;
  bool bold = false;
};

/// A white picture for drawing with cairo.
class Canvas {
 public:
  enum class Form { kPixels, kSvg };
  Canvas(int width, int height, Form form = Form::kPixels);

  cairo_t* cairo() const { return cairo_.get(); }
  double width() const { return width_; }

  void set_color(const Color& color, double alpha = 1);
  /// Draws text with its baseline at y; x is its left end unless `align` says otherwise.
  void text(const std::string& text, double x, double y, const TextStyle& style);
  double text_width(const std::string& text, const TextStyle& style);
  /// A line one pixel wide, sharp if horizontal or vertical.
  void thin_line(double x0, double y0, double x1, double y1);

  /// The bytes of the PNG or SVG file. Nothing may be drawn afterwards.
  Bytes file();

 private:
  void set_font(const TextStyle& style);
  Bytes png();
  int width_, height_;
  Bytes svg_;  // the surface writes to it, so it must outlive it
  std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> surface_;
  std::unique_ptr<cairo_t, decltype(&cairo_destroy)> cairo_;
};

/// The rectangle of a plot, in pixels, and its axes.
struct Frame {
  double left, top, right, bottom;
  Axis x, y;

  double x_pixel(double value) const { return left + (right - left) * x.share(value); }
  double y_pixel(double value) const { return bottom - (bottom - top) * y.share(value); }
};

/// Width in pixels of the labels of the y axis.
double label_width(Canvas& canvas, const Axis& y);

/// Draws grid lines, ticks, their labels, and the labels of the axes.
void draw_axes(Canvas& canvas, const Frame& frame, const std::string& x_label,
               const std::string& y_label);

/// Draws the title and, below it, the legend in one or more lines, with entries in the order of
/// kPalette. Returns the y position below them.
double draw_head(Canvas& canvas, double left, const std::string& title,
                 const std::vector<std::string>& names);

}  // namespace gan
