#include "labels.hpp"

#include <torch/torch.h>

#include "gan_train/train/sample.hpp"

namespace gan {
namespace {

torch::Tensor labels_from(const LabelRange& range, std::int64_t n, std::uint64_t seed,
                          std::uint64_t index) {
  auto values = torch::full({n}, range.lo);
  if (range.lo < range.hi) {
    values.uniform_(range.lo, range.hi, stream_generator(seed, Stream::kLabels, index));
  }
  return values;
}

}  // namespace

Labels draw_labels(const LossConfig& config, std::int64_t n, std::uint64_t seed,
                   std::uint64_t batch) {
  const auto real = labels_from(config.real_label, n, seed, 2 * batch);
  const auto fake = labels_from(config.fake_label, n, seed, 2 * batch + 1);
  if (config.label_flip <= 0) return {real, fake};
  const auto random = stream_generator(seed, Stream::kFlip, batch);
  const auto flipped = torch::empty({2, n}).uniform_(0.0, 1.0, random) < config.label_flip;
  return {torch::where(flipped[0], fake, real), torch::where(flipped[1], real, fake)};
}

}  // namespace gan
