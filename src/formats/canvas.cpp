#ifdef GAN_TRAIN_HAS_CAIRO

#include "formats/canvas.hpp"

#include <algorithm>
#include <cairo-svg.h>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numbers>
#include <utility>

#include "formats/image.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

constexpr Color kFrameGrey{0.55, 0.55, 0.55};
constexpr Color kGridGrey{0.90, 0.90, 0.90};
constexpr double kTick = 5;

cairo_status_t append(void* bytes, const unsigned char* data, unsigned size) {
  static_cast<Bytes*>(bytes)->insert(static_cast<Bytes*>(bytes)->end(), data, data + size);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

Canvas::Canvas(int width, int height, Form form)
    : width_(width),
      height_(height),
      surface_(form == Form::kSvg
                   ? cairo_svg_surface_create_for_stream(append, &svg_, width, height)
                   : cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height),
               &cairo_surface_destroy),
      cairo_(cairo_create(surface_.get()), &cairo_destroy) {
  if (form == Form::kSvg) {
    cairo_svg_surface_set_document_unit(surface_.get(), CAIRO_SVG_UNIT_PX);  // not points
  }
  set_color({1, 1, 1});
  cairo_paint(cairo());
  cairo_set_line_cap(cairo(), CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join(cairo(), CAIRO_LINE_JOIN_ROUND);
}

void Canvas::set_color(const Color& color, double alpha) {
  cairo_set_source_rgba(cairo(), color.red, color.green, color.blue, alpha);
}

void Canvas::set_font(const TextStyle& style) {
  cairo_select_font_face(cairo(), "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                         style.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(cairo(), style.size);
}

double Canvas::text_width(const std::string& text, const TextStyle& style) {
  set_font(style);
  cairo_text_extents_t extents;
  cairo_text_extents(cairo(), text.c_str(), &extents);
  return extents.x_advance;
}

void Canvas::text(const std::string& text, double x, double y, const TextStyle& style) {
  const double shift = style.align * text_width(text, style);
  cairo_save(cairo());
  cairo_translate(cairo(), x, y);
  cairo_rotate(cairo(), style.angle);
  cairo_move_to(cairo(), -shift, 0);
  cairo_show_text(cairo(), text.c_str());
  cairo_restore(cairo());
  cairo_new_path(cairo());  // show_text leaves a point at which the next line would start
}

void Canvas::thin_line(double x0, double y0, double x1, double y1) {
  const auto middle = [](double v) { return std::floor(v) + 0.5; };
  cairo_set_line_width(cairo(), 1);
  cairo_move_to(cairo(), middle(x0), middle(y0));
  cairo_line_to(cairo(), middle(x1), middle(y1));
  cairo_stroke(cairo());
}

Bytes Canvas::file() {
  const auto status = cairo_status(cairo());
  if (status != CAIRO_STATUS_SUCCESS) {
    throw run_error("cannot draw the plot: ", cairo_status_to_string(status));
  }
  if (cairo_surface_get_type(surface_.get()) != CAIRO_SURFACE_TYPE_SVG) return png();
  cairo_surface_finish(surface_.get());  // writes the file
  return std::move(svg_);
}

Bytes Canvas::png() {
  cairo_surface_flush(surface_.get());
  Image image{width_, height_, 3, {}};
  image.pixels.reserve(static_cast<std::size_t>(image.width * image.height * 3));
  const auto* row = cairo_image_surface_get_data(surface_.get());
  for (int y = 0; y < image.height; ++y, row += cairo_image_surface_get_stride(surface_.get())) {
    for (std::int64_t x = 0; x < image.width; ++x) {
      std::uint32_t pixel = 0;
      std::memcpy(&pixel, row + 4 * x, 4);
      for (const int shift : {16, 8, 0}) {
        image.pixels.push_back(static_cast<std::uint8_t>(pixel >> shift));
      }
    }
  }
  return encode_png(image);
}

double label_width(Canvas& canvas, const Axis& y) {
  double width = 0;
  for (const double tick : y.ticks) width = std::max(width, canvas.text_width(y.label(tick), {}));
  return width;
}

void draw_axes(Canvas& canvas, const Frame& frame, const std::string& x_label,
               const std::string& y_label) {
  const auto& [left, top, right, bottom, x, y] = frame;
  canvas.set_color(kGridGrey);
  for (const double tick : x.ticks) {
    canvas.thin_line(frame.x_pixel(tick), top, frame.x_pixel(tick), bottom);
  }
  for (const double tick : y.ticks) {
    canvas.thin_line(left, frame.y_pixel(tick), right, frame.y_pixel(tick));
  }
  canvas.set_color(kFrameGrey);
  canvas.thin_line(left, bottom, right, bottom);
  canvas.thin_line(left, top, left, bottom);
  for (const double tick : x.ticks) {
    canvas.thin_line(frame.x_pixel(tick), bottom, frame.x_pixel(tick), bottom + kTick);
  }
  for (const double tick : y.ticks) {
    canvas.thin_line(left - kTick, frame.y_pixel(tick), left, frame.y_pixel(tick));
  }
  canvas.set_color(kInk);
  for (const double tick : x.ticks) {
    canvas.text(x.label(tick), frame.x_pixel(tick), bottom + 20, {.align = 0.5});
  }
  for (const double tick : y.ticks) {
    canvas.text(y.label(tick), left - 10, frame.y_pixel(tick) + 4.5, {.align = 1});
  }
  canvas.text(x_label, (left + right) / 2, bottom + 44, {.size = 14, .align = 0.5});
  canvas.text(y_label, left - label_width(canvas, y) - 24, (top + bottom) / 2,
              {.size = 14, .align = 0.5, .angle = -std::numbers::pi / 2});
}

double draw_head(Canvas& canvas, double left, const std::string& title,
                 const std::vector<std::string>& names) {
  constexpr double kSample = 24, kSpace = 8, kBetween = 24, kLine = 22;
  canvas.set_color(kInk);
  canvas.text(title, left, 32, {.size = 17, .bold = true});
  double x = left, y = 58;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const double width = kSample + kSpace + canvas.text_width(names[i], {});
    if (x > left && x + width > canvas.width() - kSpace) {
      x = left;
      y += kLine;
    }
    canvas.set_color(kPalette[i % kPalette.size()]);
    cairo_set_line_width(canvas.cairo(), 4);
    cairo_move_to(canvas.cairo(), x + 2, y - 4.5);
    cairo_line_to(canvas.cairo(), x + kSample - 2, y - 4.5);
    cairo_stroke(canvas.cairo());
    canvas.set_color(kInk);
    canvas.text(names[i], x + kSample + kSpace, y, {});
    x += width + kBetween;
  }
  return y + 14;
}

}  // namespace gan

#endif  // GAN_TRAIN_HAS_CAIRO
