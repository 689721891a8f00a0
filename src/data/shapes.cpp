#include <algorithm>
#include <array>
#include <cmath>

#include <torch/types.h>

#include "gan_train/core/random.hpp"
#include "gan_train/data/dataset.hpp"

namespace gan {
namespace {

// Distance in pixels of (x, y) from a shape of half-size r at the origin; negative inside. `thin`
// is the half-width of a stroke.
using Distance = double (*)(double x, double y, double r, double thin);

double square(double x, double y, double r, double) {
  return std::max(std::abs(x), std::abs(y)) - r;
}
double frame(double x, double y, double r, double thin) {
  return std::abs(std::max(std::abs(x), std::abs(y)) - r) - thin;
}
double disc(double x, double y, double r, double) { return std::hypot(x, y) - r; }
double ring(double x, double y, double r, double thin) {
  return std::abs(std::hypot(x, y) - r) - thin;
}
double bar(double x, double y, double r, double thin) {
  return std::max(std::abs(x) - r, std::abs(y) - thin);
}
double pole(double x, double y, double r, double thin) { return bar(y, x, r, thin); }
double plus(double x, double y, double r, double thin) {
  return std::min(bar(x, y, r, thin), pole(x, y, r, thin));
}
double saltire(double x, double y, double r, double thin) {
  return plus((x + y) * M_SQRT1_2, (x - y) * M_SQRT1_2, r, thin);
}

constexpr std::array<Distance, 8> kShapeKinds = {square, frame, disc, ring,
                                                 bar,    pole,  plus, saltire};

// Item i shows kind i % 8 with random position, size and brightness; the channels of RGB images
// have separate brightnesses.
void draw_shape(std::int64_t i, const ImageShape& image, std::uint8_t* pixels) {
  SplitMix64 rng(stream_seed(0, Stream::kSynthetic, static_cast<std::uint64_t>(i)));
  const auto place = [&](std::int64_t length) {
    const double middle = 0.5 * static_cast<double>(length - 1);
    return middle + (rng.uniform() - 0.5) * 0.2 * static_cast<double>(length);
  };
  const double x0 = place(image.width);
  const double y0 = place(image.height);
  const auto side = static_cast<double>(std::min(image.width, image.height));
  const double r = (0.25 + 0.1 * rng.uniform()) * side;
  const Distance distance = kShapeKinds[static_cast<std::size_t>(i) % kShapeKinds.size()];
  for (std::int64_t c = 0; c < image.channels; ++c) {
    const double brightness = 255.0 * (0.6 + 0.4 * rng.uniform());
    for (std::int64_t y = 0; y < image.height; ++y) {
      for (std::int64_t x = 0; x < image.width; ++x) {
        const double outside =
            distance(static_cast<double>(x) - x0, static_cast<double>(y) - y0, r, 0.06 * side);
        *pixels++ = static_cast<std::uint8_t>(brightness * std::clamp(0.5 - outside, 0.0, 1.0));
      }
    }
  }
}

Dataset load_shapes(const DataConfig& config) {
  const std::int64_t n = config.synthetic_size;
  const ImageShape shape{config.channels, config.image_size.height, config.image_size.width};
  check_memory(config, n, shape.size());
  Dataset data{
      .source = "shapes",
      .shape = shape,
      .samples = torch::empty({n, shape.channels, shape.height, shape.width}, torch::kUInt8),
      .labels = torch::arange(n).remainder(static_cast<std::int64_t>(kShapeKinds.size()))};
  auto* pixels = data.samples.data_ptr<std::uint8_t>();
  for (std::int64_t i = 0; i < n; ++i) {
    draw_shape(i, shape, pixels + i * shape.size());
  }
  return data;
}

}  // namespace

extern const DatasetLoader kShapes = {
    .kind = DatasetKind::kShapes,
    .help =
        "drawn images of eight labelled kinds: square, frame, disc, ring, bar, pole, plus, saltire",
    .load = load_shapes,
    .synthetic = true};

}  // namespace gan
