#include "train/augment.hpp"

#include <cmath>

#include <torch/types.h>

#include "gan_train/core/error.hpp"

namespace gan {
namespace {

std::int64_t pixels_of(std::int64_t size, double share) {
  return std::lround(share * static_cast<double>(size));
}

// A whole number from lo to hi for each image, [n, 1].
torch::Tensor whole_numbers(std::int64_t lo, std::int64_t hi, std::int64_t n,
                            const at::Generator& random) {
  return torch::randint(lo, hi + 1, {n, 1}, random, torch::TensorOptions(torch::kInt64));
}

// Where a stretch of `length` begins whose middle is anywhere in [0, size).
torch::Tensor stretch_begins(std::int64_t size, std::int64_t length, std::int64_t n,
                             const at::Generator& random) {
  // An even stretch has its middle between two pixels, so there is one place more.
  return whole_numbers(0, size - length % 2, n, random) - length / 2;
}

// One gather from a frame of zeros: as fast as grid_sample, and exact.
torch::Tensor shifted(const torch::Tensor& images, const torch::Tensor& shift, double share) {
  const auto n = images.size(0), c = images.size(1), h = images.size(2), w = images.size(3);
  const std::int64_t dy = pixels_of(h, share), dx = pixels_of(w, share);
  const auto rows = torch::arange(h, shift.options()) + shift.narrow(1, 0, 1);     // [n, h]
  const auto columns = torch::arange(w, shift.options()) + shift.narrow(1, 1, 1);  // [n, w]
  const auto places = rows.unsqueeze(2) * (w + 2 * dx) + columns.unsqueeze(1);     // [n, h, w]
  const auto framed = torch::constant_pad_nd(images, {dx, dx, dy, dy}).flatten(2);
  const auto index = places.view({n, 1, h * w}).expand({n, c, h * w});
  return framed.gather(2, index).view_as(images);
}

// Which of `size` pixels lie within `length` from `begin`, [n, size].
torch::Tensor stretch(const torch::Tensor& begin, std::int64_t length, std::int64_t size) {
  const auto places = torch::arange(size, begin.options());
  return (places >= begin).logical_and(places < begin + length);
}

torch::Tensor cut_out(const torch::Tensor& images, const torch::Tensor& hole, double share) {
  const auto h = images.size(2), w = images.size(3);
  const auto rows = stretch(hole.narrow(1, 0, 1), pixels_of(h, share), h);
  const auto columns = stretch(hole.narrow(1, 1, 1), pixels_of(w, share), w);
  const auto inside = rows.unsqueeze(2).logical_and(columns.unsqueeze(1));  // [n, h, w]
  return images.masked_fill(inside.unsqueeze(1), 0.0);
}

}  // namespace

void check_augment(const AugmentConfig& config, const ImageShape& shape) {
  const bool wanted =
      config.mirror || config.translation > 0 || config.cutout > 0 || config.brightness > 0;
  if (wanted && shape.is_point()) {
    throw usage_error("augment: the data set holds points, not images; leave out the section");
  }
}

torch::Tensor mirrored(const torch::Tensor& images, const torch::Tensor& which) {
  const auto each = which.to(images.device()).view({-1, 1, 1, 1});
  return torch::where(each, images.flip(3), images);
}

View draw_view(const AugmentConfig& config, double noise, at::IntArrayRef images,
               const at::Generator& augment_random, const at::Generator& noise_random) {
  const auto n = images[0], h = images[2], w = images[3];
  const auto both = [&](auto draw) {
    const auto first = draw(h);  // rows first, whatever order arguments are evaluated in
    return torch::cat({first, draw(w)}, 1);
  };
  View view;
  if (config.brightness > 0) {
    view.brightness =
        torch::empty({n, 1, 1, 1}).uniform_(-config.brightness, config.brightness, augment_random);
  }
  if (config.translation > 0) {
    view.shift = both([&](std::int64_t size) {
      return whole_numbers(0, 2 * pixels_of(size, config.translation), n, augment_random);
    });
  }
  if (config.cutout > 0) {
    view.hole = both([&](std::int64_t size) {
      return stretch_begins(size, pixels_of(size, config.cutout), n, augment_random);
    });
  }
  if (noise > 0) view.noise = torch::empty(images).normal_(0.0, noise, noise_random);
  return view;
}

torch::Tensor seen(const torch::Tensor& images, const View& view, const AugmentConfig& config) {
  auto x = images;
  // Brightness first, as in the paper's program: what is moved in or cut out stays zero.
  if (view.brightness.defined()) x = x + view.brightness;
  if (view.shift.defined()) x = shifted(x, view.shift, config.translation);
  if (view.hole.defined()) x = cut_out(x, view.hole, config.cutout);
  if (view.noise.defined()) x = x + view.noise;
  return x;
}

}  // namespace gan
