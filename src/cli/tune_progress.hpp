#pragma once

#include <chrono>
#include <string>

#include "core/log.hpp"
#include "tune/search_folder.hpp"

namespace gan {

/// Shows the progress of a search: one line per job and, on a terminal, a live line. Messages of
/// the trials go to their own logs and, if `verbose`, also to the terminal.
class TuneProgress {
 public:
  TuneProgress(const SearchSetup& setup, const SearchFolder& folder, bool quiet, bool verbose);
  ~TuneProgress() { resume_own_log(); }
  TuneProgress(const TuneProgress&) = delete;
  TuneProgress& operator=(const TuneProgress&) = delete;

  void before() { log::set_level(during_); }
  void step(const Job& job, std::int64_t step, std::int64_t of);
  void after(const JobResult& result);

 private:
  using Clock = std::chrono::steady_clock;

  std::string name(const Job& job) const;
  void resume_own_log();

  const SearchSetup& setup_;
  const SearchFolder& folder_;
  log::Level usual_;
  log::Level during_;
  bool live_;
  Clock::time_point shown_;
};

}  // namespace gan
