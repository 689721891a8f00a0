#include "run_evaluation.hpp"

#include <cstdio>
#include <limits>

#include "gan_train/core/error.hpp"
#include "gan_train/core/log.hpp"
#include "gan_train/core/text.hpp"
#include "gan_train/io/checkpoint.hpp"
#include "gan_train/io/eval_cache.hpp"

namespace gan {

// The images that gan-sample draws with its default seed, so that gan-eval repeats the figures.
static constexpr std::uint64_t kSampleSeed = 0;
static constexpr double kNoBest = std::numeric_limits<double>::infinity();

RunEvaluation::RunEvaluation(const Trainer& trainer, const Dataset& data, const RunFolder& folder)
    : trainer_(trainer),
      folder_(folder),
      evaluator_(make_evaluator(trainer.config().data, data, trainer.config().eval.samples,
                                trainer.device())) {}

void RunEvaluation::open(std::int64_t step) {
  const std::string header = "epoch,step," + metrics_csv_names({"", "", 0, evaluator_.baselines()});
  rows_.emplace(folder_.metrics_csv(), header, step);
  best_ = kNoBest;
  if (!std::filesystem::exists(folder_.best())) return;
  for (const double distance : read_column(folder_.metrics_csv(), header, "frechet")) {
    if (distance < best_) best_ = distance;
  }
}

std::string RunEvaluation::measure(std::int64_t epoch) {
  const Metrics metrics = evaluator_.measure(draw_samples(
      trainer_.sampling_generator(), trainer_.config(), trainer_.conditioning().class_count(),
      trainer_.config().eval.samples, kSampleSeed));
  rows_->add(str(epoch, ",", trainer_.steps_done(), ",", metrics_csv_values(metrics)));
  // Compared as it is written, so that a resumed run finds what an unbroken one would.
  const double distance = parse_double(figure_text(metrics.value("frechet"))).value_or(kNoBest);
  char text[160];
  std::snprintf(text, sizeof text, "Fréchet %.4g  coverage %.3f", distance,
                metrics.value("coverage"));
  const bool better = trainer_.config().train.keep_best == "fid" && distance < best_;
  if (better) {
    best_ = distance;
    save_generator(folder_.best(), trainer_);
  }
  log::info(str("epoch ", epoch, "  ", text, better ? "  best so far, kept as best.pt" : ""));
  return text;
}

}  // namespace gan
