#pragma once

#include <cstdint>
#include <vector>

#include "gan_train/config/config.hpp"

namespace gan {

/// Which items make up which batch. A batch is a pure function of its number,
/// so a run that goes on needs to know only how many it has used.
class BatchSampler {
 public:
  /// `batch_size` items a batch out of `size`, of which an IDX file has 2^32 at most; Error
  /// where a batch is more than all.
  BatchSampler(std::int64_t size, std::int64_t batch_size, const DataConfig& config,
               std::uint64_t seed);

  /// Batches in one pass over the data (with replacement: size / batch_size).
  std::int64_t batches_per_pass() const { return batches_per_pass_; }

  /// The items of batch `number` = 0, 1, …; each pass has an order of its own. Going to another
  /// pass takes time in proportion to the data, and 4 bytes an item.
  std::vector<std::int64_t> batch(std::int64_t number);

  /// Whether batch `number` is the first of a pass, so that only a draw with an order of its own
  /// tells what is in it.
  bool starts_pass(std::int64_t number) const {
    return !replacement_ && number % batches_per_pass_ == 0;
  }

 private:
  std::int64_t size_;
  std::int64_t batch_size_;
  bool replacement_;
  std::uint64_t seed_;
  std::int64_t batches_per_pass_;
  std::int64_t pass_ = -1;  // whose order is in order_
  std::vector<std::uint32_t> order_;
};

}  // namespace gan
