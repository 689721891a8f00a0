#include <cmath>
#include <tuple>

#include "formats/image.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

constexpr double kMaxPixels = 0x1p30 / 3;  // the limit of encode_png

struct Layout {
  std::int64_t columns = 0;
  std::int64_t rows = 0;
};

Layout lay_out(std::int64_t count, std::int64_t columns) {
  if (columns == 0) columns = static_cast<std::int64_t>(std::ceil(std::sqrt(count)));
  return {columns, (count + columns - 1) / columns};
}

void check(ByteView images, const ImageShape& shape, const GridOptions& options) {
  if (shape.size() < 1 || (shape.channels != 1 && shape.channels != 3) || images.empty() ||
      images.size() % static_cast<std::size_t>(shape.size()) != 0) {
    throw run_error("cannot draw ", images.size(), " bytes as images of ", to_string(shape));
  }
  if (options.columns < 0 || options.scale < 1 || options.gap < 0) {
    throw usage_error("a grid of ", options.columns, " columns, scale ", options.scale, " and gap ",
                      options.gap, " cannot be drawn");
  }
}

// Computes in floating point, since sizes come from the user and could overflow.
void check_size(const Layout& layout, const ImageShape& shape, const GridOptions& options) {
  const auto scale = static_cast<double>(options.scale);
  const auto gap = static_cast<double>(options.gap);
  const auto side = [&](std::int64_t count, std::int64_t size) {
    return gap + static_cast<double>(count) * (static_cast<double>(size) * scale + gap);
  };
  const double width = side(layout.columns, shape.width);
  const double height = side(layout.rows, shape.height);
  if (width * height <= kMaxPixels) return;
  throw usage_error("a grid of ", width, "x", height,
                    " pixels is too large for one picture; take fewer images or a smaller scale");
}

}  // namespace

Image image_grid(ByteView images, const ImageShape& shape, const GridOptions& options) {
  check(images, shape, options);
  const auto count = static_cast<std::int64_t>(images.size()) / shape.size();
  const auto layout = lay_out(count, options.columns);
  check_size(layout, shape, options);
  const auto [channels, scale, gap] = std::tuple(shape.channels, options.scale, options.gap);
  const std::int64_t cell_width = shape.width * scale + gap;
  const std::int64_t cell_height = shape.height * scale + gap;
  Image grid{gap + layout.columns * cell_width, gap + layout.rows * cell_height, channels, {}};
  const std::uint8_t invert = options.dark_on_light ? 0xff : 0;
  grid.pixels.assign(static_cast<std::size_t>(grid.width * grid.height * channels), invert);

  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint8_t* image = images.data() + i * shape.size();
    const std::int64_t left = gap + i % layout.columns * cell_width;
    const std::int64_t top = gap + i / layout.columns * cell_height;
    for (std::int64_t y = 0; y < shape.height * scale; ++y) {
      std::uint8_t* out = grid.pixels.data() + ((top + y) * grid.width + left) * channels;
      for (std::int64_t x = 0; x < shape.width * scale; ++x) {
        const std::uint8_t* in = image + (y / scale * shape.width + x / scale) * channels;
        for (std::int64_t c = 0; c < channels; ++c) *out++ = in[c] ^ invert;
      }
    }
  }
  return grid;
}

}  // namespace gan
