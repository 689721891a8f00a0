#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/long_work.hpp"
#include "gan_train/train/loop.hpp"

namespace gan {

/// Shows long work on a live line of a terminal while it lives, and ends it once a signal was
/// caught.
class LongWorkLine {
 public:
  explicit LongWorkLine(bool quiet);
  ~LongWorkLine();
  LongWorkLine(const LongWorkLine&) = delete;
  LongWorkLine& operator=(const LongWorkLine&) = delete;

 private:
  using Clock = std::chrono::steady_clock;

  void tell(std::string_view what, std::int64_t done, std::int64_t total);

  bool live_;
  Clock::time_point shown_ = Clock::now();
  std::string what_;           // being done
  Clock::time_point started_;  // with it, when `first_` of it was done
  std::int64_t first_ = 0;
  WatchLongWork watch_;
};

/// Shows how training goes: a live line on a terminal, a line an epoch (and
/// every half minute of a long one) where standard error is piped.
class Progress {
 public:
  Progress(const Trainer& trainer, bool quiet);
  ~Progress();

  /// `evaluation`: the metrics of the last one in a few words, or "".
  void step(const LogRow& epoch_so_far, const std::string& evaluation);
  void epoch(const LogRow& row);

 private:
  using Clock = std::chrono::steady_clock;

  std::int64_t epochs_;
  std::int64_t steps_per_epoch_;
  // The first steps make memory and kernels ready and tell nothing of the rest: counted from
  // the first that is told of.
  std::int64_t first_step_ = -1;
  bool live_;
  bool quiet_;
  Clock::time_point start_;
  Clock::time_point shown_ = Clock::now();
};

}  // namespace gan
