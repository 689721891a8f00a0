#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/long_work.hpp"
#include "gan_train/train/loop.hpp"

namespace gan {

/// Shows long work on a live line of the terminal during its lifetime, and stops the work after a
/// signal.
class LongWorkLine {
 public:
  explicit LongWorkLine(bool quiet);
  ~LongWorkLine();
  LongWorkLine(const LongWorkLine&) = delete;
  LongWorkLine& operator=(const LongWorkLine&) = delete;

 private:
  using Clock = std::chrono::steady_clock;

  void show(std::string_view what, std::int64_t done, std::int64_t total);

  bool live_;
  Clock::time_point shown_ = Clock::now();
  std::string what_;           // the current work
  Clock::time_point started_;  // its start, when `first_` of it was done
  std::int64_t first_ = 0;
  WatchLongWork watch_;
};

/// Shows training progress: a live line on a terminal; otherwise one line per epoch (and one every
/// half minute of a long epoch).
class Progress {
 public:
  Progress(const Trainer& trainer, bool quiet);
  ~Progress();

  /// `evaluation`: the metrics of the last evaluation as a short text, or "".
  void step(const LogRow& epoch_so_far, const std::string& evaluation);
  void epoch(const LogRow& row);

 private:
  using Clock = std::chrono::steady_clock;

  std::int64_t epochs_;
  std::int64_t steps_per_epoch_;
  // The first steps prepare memory and kernels and are not representative, so timing starts at the
  // first reported step.
  std::int64_t first_step_ = -1;
  bool live_;
  bool quiet_;
  Clock::time_point start_;
  Clock::time_point shown_ = Clock::now();
};

}  // namespace gan
