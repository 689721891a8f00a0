#include "data/sampler.hpp"

#include <algorithm>

#include "gan_train/core/error.hpp"
#include "gan_train/core/random.hpp"

namespace gan {

// Limit of 32-bit indices; no supported format holds more.
static constexpr std::int64_t kMaxItems = std::int64_t{1} << 32;

BatchSampler::BatchSampler(std::int64_t size, std::int64_t batch_size, const DataConfig& config,
                           std::uint64_t seed)
    : size_(size),
      batch_size_(batch_size),
      replacement_(config.sampling == Sampling::kReplacement),
      seed_(seed) {
  if (batch_size > size) {
    throw usage_error("train.batch_size: a batch of ", batch_size, " real images is more than the ",
                      size, " of the data set; use a smaller batch");
  }
  if (size > kMaxItems) {
    throw usage_error("data.limit: ", size, " items are more than the ", kMaxItems,
                      " that can be shuffled; use fewer");
  }
  const bool keep_partial = !replacement_ && !config.drop_last;
  batches_per_pass_ = (size + (keep_partial ? batch_size - 1 : 0)) / batch_size;
}

std::vector<std::int64_t> BatchSampler::batch(std::int64_t number) {
  if (replacement_) {
    SplitMix64 rng(stream_seed(seed_, Stream::kOrder, static_cast<std::uint64_t>(number)));
    std::vector<std::int64_t> drawn(static_cast<std::size_t>(batch_size_));
    for (auto& index : drawn) {
      index = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(size_)));
    }
    return drawn;
  }
  const std::int64_t pass = number / batches_per_pass_;
  if (pass != pass_) {
    const auto seed = stream_seed(seed_, Stream::kOrder, static_cast<std::uint64_t>(pass));
    order_.resize(static_cast<std::size_t>(size_));
    fill_permutation(std::span(order_), SplitMix64(seed));
    pass_ = pass;
  }
  const std::int64_t begin = number % batches_per_pass_ * batch_size_;
  const std::int64_t end = std::min(begin + batch_size_, size_);
  return {order_.begin() + begin, order_.begin() + end};
}

}  // namespace gan
