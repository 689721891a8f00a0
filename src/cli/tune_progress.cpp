#include "cli/tune_progress.hpp"

#include <cmath>
#include <unistd.h>

#include "gan_train/core/error.hpp"

namespace gan {

TuneProgress::TuneProgress(const SearchSetup& setup, const SearchFolder& folder, bool quiet,
                           bool verbose)
    : setup_(setup),
      folder_(folder),
      usual_(quiet ? log::Level::kWarning : log::Level::kInfo),
      during_(verbose ? log::Level::kInfo : log::Level::kError),
      live_(isatty(STDERR_FILENO) == 1 && !quiet && !verbose) {
  resume_own_log();
}

void TuneProgress::step(const Job& job, std::int64_t step, std::int64_t of) {
  constexpr auto kPause = std::chrono::milliseconds(200);
  if (!live_ || Clock::now() - shown_ < kPause) return;
  shown_ = Clock::now();
  log::set_level(log::Level::kInfo);
  log::live_line(str(name(job), ", step ", step, " of ", of));
  log::set_level(during_);
}

void TuneProgress::after(const JobResult& result) {
  resume_own_log();
  log::info(str(name(result.job), ": ", score_text(result.score, kShownDigits), " after step ",
                result.steps, " (", std::llround(result.seconds), " s)"));
}

std::string TuneProgress::name(const Job& job) const {
  const SearchConfig& search = setup_.search;
  if (job.level < search.rungs) {
    return str("rung ", job.level + 1, "/", search.rungs, ", trial ", job.trial);
  }
  return str("final, trial ", job.trial, ", seed ", setup_.recipe.train.seed + job.repeat);
}

void TuneProgress::resume_own_log() {
  log::set_level(usual_);
  log::live_line("");
  log::open_file(folder_.log());
}

}  // namespace gan
