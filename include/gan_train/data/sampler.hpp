#pragma once

#include <cstdint>
#include <vector>

#include "gan_train/config/config.hpp"

namespace gan {

/// Which items make up which batch. A batch is a pure function of its number,
/// so a run that goes on needs to know only how many it has used.
class BatchSampler {
 public:
  /// `batch_size` items a batch out of `size`; Error where that is more than all.
  BatchSampler(std::int64_t size, std::int64_t batch_size, const DataConfig& config,
               std::uint64_t seed);

  /// Batches in one pass over the data (with replacement: size / batch_size).
  std::int64_t batches_per_pass() const { return batches_per_pass_; }

  /// The items of batch `number` = 0, 1, …; each pass has an order of its own.
  std::vector<std::int64_t> batch(std::int64_t number);

 private:
  std::int64_t size_;
  std::int64_t batch_size_;
  bool replacement_;
  std::uint64_t seed_;
  std::int64_t batches_per_pass_;
  std::int64_t pass_ = -1;  // whose order is in order_
  std::vector<std::int64_t> order_;
};

}  // namespace gan
