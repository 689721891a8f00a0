#include "train/augment.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <torch/types.h>

#include "gan_train/core/error.hpp"

namespace gan {
namespace {

std::int64_t pixels_of(std::int64_t size, double share) {
  return std::lround(share * static_cast<double>(size));
}

// A random integer from lo to hi for each image, [n, 1].
torch::Tensor random_integers(std::int64_t lo, std::int64_t hi, std::int64_t n,
                              const at::Generator& random) {
  return torch::randint(lo, hi + 1, {n, 1}, random, torch::TensorOptions(torch::kInt64));
}

// Random start of a stretch of `length` whose middle is in [0, size).
torch::Tensor random_span_begins(std::int64_t size, std::int64_t length, std::int64_t n,
                                 const at::Generator& random) {
  // The middle of an even stretch is between two pixels, so there is one more position.
  return random_integers(0, size - length % 2, n, random) - length / 2;
}

// A single gather from a zero-padded image: as fast as grid_sample, and exact.
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

// A mask of the pixels within `length` from `begin`, out of `size`, [n, size].
torch::Tensor span_mask(const torch::Tensor& begin, std::int64_t length, std::int64_t size) {
  const auto places = torch::arange(size, begin.options());
  return (places >= begin).logical_and(places < begin + length);
}

torch::Tensor cut_out(const torch::Tensor& images, const torch::Tensor& hole, double share) {
  const auto h = images.size(2), w = images.size(3);
  const auto rows = span_mask(hole.narrow(1, 0, 1), pixels_of(h, share), h);
  const auto columns = span_mask(hole.narrow(1, 1, 1), pixels_of(w, share), w);
  const auto inside = rows.unsqueeze(2).logical_and(columns.unsqueeze(1));  // [n, h, w]
  return images.masked_fill(inside.unsqueeze(1), 0.0);
}

// Scales the distance of all values from their mean over `dims` by `factor`.
torch::Tensor scale_around_mean(const torch::Tensor& images, at::IntArrayRef dims,
                                const torch::Tensor& factor) {
  const auto mean = images.mean(dims, /*keepdim=*/true);
  return torch::addcmul(mean, images - mean, factor);
}

}  // namespace

void check_augment(const AugmentConfig& config, const Loss& loss, const ImageShape& shape) {
  if ((config.mirror || config.changes_views()) && shape.is_point()) {
    throw usage_error("augment: the data set holds points, not images; leave out the section");
  }
  if (config.target <= 0) return;
  if (!config.changes_views()) {
    throw usage_error("augment.target: there is no augmentation to adapt; set augment.translation ",
                      "or another, or leave it out");
  }
  if (!loss.sign_classifies) {
    throw usage_error("augment.target: the sign of D's logits does not tell real from generated ",
                      "images with loss.kind = ", name_of(loss.kind), "; leave it out");
  }
}

torch::Tensor mirrored(const torch::Tensor& images, const torch::Tensor& which) {
  const auto each = which.to(images.device()).view({-1, 1, 1, 1});
  return torch::where(each, images.flip(3), images);
}

View draw_view(const AugmentConfig& config, const ViewLevel& level, at::IntArrayRef images,
               const at::Generator& augment_random, const at::Generator& noise_random) {
  const auto n = images[0], h = images[2], w = images[3];
  const auto both = [&](auto draw) {
    const auto first = draw(h);  // rows first: the evaluation order of arguments is unspecified
    return torch::cat({first, draw(w)}, 1);
  };
  // With adaptive augmentation, replaces the draws of some images by `nothing`, which changes
  // nothing.
  const auto some = [&](const torch::Tensor& drawn, const torch::Tensor& nothing) {
    if (config.target <= 0) return drawn;
    std::vector<std::int64_t> each(static_cast<std::size_t>(drawn.dim()), 1);
    each[0] = n;
    const auto chances = torch::empty(each).uniform_(0.0, 1.0, augment_random);
    return torch::where(chances < level.probability, drawn, nothing);
  };
  const auto around = [&](double middle, double by) {
    const auto drawn =
        torch::empty({n, 1, 1, 1}).uniform_(middle - by, middle + by, augment_random);
    return some(drawn, torch::tensor(middle, torch::kFloat32));
  };
  View view;
  if (config.brightness > 0) view.brightness = around(0.0, config.brightness);
  if (config.saturation > 0) view.saturation = around(1.0, config.saturation);
  if (config.contrast > 0) view.contrast = around(1.0, config.contrast);
  if (config.translation > 0) {
    const auto max_shift = [&](std::int64_t size) { return pixels_of(size, config.translation); };
    view.shift = some(both([&](std::int64_t size) {
                        return random_integers(0, 2 * max_shift(size), n, augment_random);
                      }),
                      torch::tensor({max_shift(h), max_shift(w)}));
  }
  if (config.cutout > 0) {
    view.hole =
        some(both([&](std::int64_t size) {
               return random_span_begins(size, pixels_of(size, config.cutout), n, augment_random);
             }),
             torch::tensor({h, w}));  // outside
  }
  if (level.noise > 0) {
    view.noise = torch::empty(images).normal_(0.0, level.noise, noise_random);
  }
  return view;
}

double adapted_probability(double probability, double mean_sign, double target, double images) {
  // Fewest images that move it from 0 to 1. The paper's 500,000 suit longer runs than ours.
  constexpr double kRamp = 100'000;
  const double change = images / kRamp;
  return std::clamp(probability + (mean_sign > target ? change : -change), 0.0, 1.0);
}

torch::Tensor apply_view(const torch::Tensor& images, const View& view,
                         const AugmentConfig& config) {
  auto x = images;
  // Colours first, as in the paper's program, so that the padding and the hole stay zero.
  if (view.brightness.defined()) x = x + view.brightness;
  if (view.saturation.defined()) x = scale_around_mean(x, {1}, view.saturation);
  if (view.contrast.defined()) x = scale_around_mean(x, {1, 2, 3}, view.contrast);
  if (view.shift.defined()) x = shifted(x, view.shift, config.translation);
  if (view.hole.defined()) x = cut_out(x, view.hole, config.cutout);
  if (view.noise.defined()) x = x + view.noise;
  return x;
}

}  // namespace gan
