#pragma once

#include <cstdint>
#include <vector>

#include "gan_train/config/config.hpp"

namespace gan {

/// Chooses the items of each batch. A batch is a pure function of its number, so a resumed run
/// needs to know only how many were used.
class BatchSampler {
 public:
  /// Batches of `batch_size` items out of `size`, at most 2^32, the limit of IDX files. Throws an
  /// Error if a batch is larger than the data set.
  BatchSampler(std::int64_t size, std::int64_t batch_size, const DataConfig& config,
               std::uint64_t seed);

  /// Batches per pass over the data (with replacement: size / batch_size).
  std::int64_t batches_per_pass() const { return batches_per_pass_; }

  /// The items of batch `number` = 0, 1, …; each pass has its own order. Changing to another pass
  /// takes time proportional to the data, and 4 bytes of memory per item.
  std::vector<std::int64_t> batch(std::int64_t number);

  /// Whether batch `number` starts a pass, so that it can't be known without shuffling a new order.
  bool starts_pass(std::int64_t number) const {
    return !replacement_ && number % batches_per_pass_ == 0;
  }

 private:
  std::int64_t size_;
  std::int64_t batch_size_;
  bool replacement_;
  std::uint64_t seed_;
  std::int64_t batches_per_pass_;
  std::int64_t pass_ = -1;  // the pass whose order is in order_
  std::vector<std::uint32_t> order_;
};

}  // namespace gan
