#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "gan_train/core/shape.hpp"

namespace gan {

/// An 8-bit picture, rows top to bottom, channels interleaved (1 grey, 3 RGB).
struct Image {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t channels = 1;
  Bytes pixels;  ///< height * width * channels
};

/// The bytes of a PNG file.
Bytes encode_png(const Image& image);

struct GridOptions {
  std::int64_t columns = 0;    ///< 0: the squarest grid
  std::int64_t scale = 1;      ///< each pixel becomes scale x scale pixels
  std::int64_t gap = 2;        ///< pixels between images and around them
  bool dark_on_light = false;  ///< inverts the images; the gap becomes white
};

/// Arranges n images (n x height x width x channels bytes) in rows. Unused cells in the last row
/// look like the gap.
Image image_grid(ByteView images, const ImageShape& shape, const GridOptions& options);

/// One line of a plot.
struct Series {
  std::string name;
  std::vector<double> y;  ///< same length as the plot's x; NaN leaves a gap
};

struct Plot {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<double> x;
  std::vector<Series> series;
  /// If above 1: draws each series faintly, and over it the moving mean of this many points (fewer
  /// at the ends).
  std::int64_t smooth = 0;
};

/// Whether this build can draw plots (built with cairo).
bool can_plot();

/// A line plot with axes, ticks, grid and legend, as a PNG file, or as an SVG file whose letters
/// are outlines, so that it looks the same everywhere.
Bytes plot_png(const Plot& plot);
Bytes plot_svg(const Plot& plot);

/// A PNG scatter plot with axes and legend: points x0 y0 x1 y1 …, x and y in [-limit, limit], with
/// `real` behind `fake`.
Bytes scatter_png(const std::vector<float>& real, const std::vector<float>& fake, double limit,
                  const std::string& title);

}  // namespace gan
