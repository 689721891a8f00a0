#include "augment.hpp"

#include <cmath>

#include <torch/torch.h>

#include "gan_train/core/error.hpp"

namespace gan {
namespace {

std::int64_t share_of(std::int64_t size, double share) {
  return std::lround(share * static_cast<double>(size));
}

// A whole number from lo to hi for each image, [n, 1].
torch::Tensor whole_numbers(std::int64_t lo, std::int64_t hi, std::int64_t n,
                            const at::Generator& random) {
  return torch::randint(lo, hi + 1, {n, 1}, random, torch::TensorOptions(torch::kInt64));
}

// One gather from a frame of zeros: as fast as grid_sample, and exact.
torch::Tensor translated(const torch::Tensor& images, double share, const at::Generator& random) {
  const auto n = images.size(0), c = images.size(1), h = images.size(2), w = images.size(3);
  const std::int64_t dy = share_of(h, share), dx = share_of(w, share);
  const auto rows = torch::arange(h) + whole_numbers(0, 2 * dy, n, random);     // [n, h]
  const auto columns = torch::arange(w) + whole_numbers(0, 2 * dx, n, random);  // [n, w]
  const auto places = rows.unsqueeze(2) * (w + 2 * dx) + columns.unsqueeze(1);  // [n, h, w]
  const auto framed = torch::constant_pad_nd(images, {dx, dx, dy, dy}).flatten(2);
  const auto index = places.view({n, 1, h * w}).to(images.device()).expand({n, c, h * w});
  return framed.gather(2, index).view_as(images);
}

// Where a stretch of `length`, its middle anywhere in [0, size), lies for each image: [n, size].
torch::Tensor stretch(std::int64_t size, std::int64_t length, std::int64_t n,
                      const at::Generator& random) {
  // An even stretch has its middle between two pixels, so there is one place more.
  const auto begin = whole_numbers(0, size - length % 2, n, random) - length / 2;
  const auto places = torch::arange(size);
  return (places >= begin).logical_and(places < begin + length);
}

torch::Tensor cut_out(const torch::Tensor& images, double share, const at::Generator& random) {
  const auto n = images.size(0), h = images.size(2), w = images.size(3);
  const auto rows = stretch(h, share_of(h, share), n, random);
  const auto columns = stretch(w, share_of(w, share), n, random);
  const auto hole = rows.unsqueeze(2).logical_and(columns.unsqueeze(1));  // [n, h, w]
  return images.masked_fill(hole.unsqueeze(1).to(images.device()), 0.0);
}

torch::Tensor brightened(const torch::Tensor& images, double most, const at::Generator& random) {
  const auto by = torch::empty({images.size(0), 1, 1, 1}).uniform_(-most, most, random);
  return images + by.to(images.device());
}

}  // namespace

void check_augment(const AugmentConfig& config, const ImageShape& shape) {
  const bool wanted = config.translation > 0 || config.cutout > 0 || config.brightness > 0;
  if (wanted && shape.is_point()) {
    throw usage_error("augment: the data set holds points, not images; leave out the section");
  }
}

torch::Tensor augment(const torch::Tensor& images, const AugmentConfig& config,
                      const at::Generator& random) {
  torch::Tensor shown = images;
  // Brightness first, as in the paper's program: what is moved in or cut out stays zero.
  if (config.brightness > 0) shown = brightened(shown, config.brightness, random);
  if (config.translation > 0) shown = translated(shown, config.translation, random);
  if (config.cutout > 0) shown = cut_out(shown, config.cutout, random);
  return shown;
}

torch::Tensor Lens::operator()(const torch::Tensor& images) const {
  auto shown = augment(images, config, augment_random);
  if (noise <= 0) return shown;
  return shown + torch::empty(images.sizes()).normal_(0.0, noise, noise_random).to(images.device());
}

}  // namespace gan
