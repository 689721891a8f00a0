#include "run/run_evaluation.hpp"

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/log.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "eval/report.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/io/checkpoint.hpp"
#include "gan_train/io/make_evaluator.hpp"
#include "gan_train/sampling/sample.hpp"
#include "models/conditioning.hpp"

namespace gan {

static constexpr double kNoBest = std::numeric_limits<double>::infinity();

RunEvaluation::RunEvaluation(const Trainer& trainer, const Dataset& data, const RunFolder& folder)
    : trainer_(trainer), folder_(folder) {
  const EvalConfig& eval = trainer.config().eval;
  if (find_feature_network(eval.features) == nullptr) {
    evaluator_.emplace(
        make_evaluator(trainer.config().data, data, eval.samples, trainer.device(), eval.features));
    distance_ = "frechet";
    return;
  }
  const FeatureSettings settings{.kind = eval.features, .protocol = eval.protocol};
  network_.emplace(load_feature_network(settings, eval.weights, trainer.device()), data);
  distance_ = network_->names().front();
}

std::string RunEvaluation::names() const {
  if (network_) return join(network_->names(), ",");
  return metrics_csv_names({"", "", 0, evaluator_->rows(trainer_.classes().count > 0)});
}

Metrics RunEvaluation::measure_samples() const {
  const Classes& classes = trainer_.classes();
  const std::int64_t count = trainer_.config().eval.samples;
  const auto images =
      draw_samples(trainer_.sampling_generator(), trainer_.config(), classes, count, kSampleSeed,
                   /*truncation=*/0.0, trainer_.config().train.precision);
  if (network_) return network_->measure(images);
  return evaluator_->measure(images, draw_sample_classes(classes, count, kSampleSeed));
}

void RunEvaluation::open(std::int64_t step, EventFile* events) {
  const auto path = folder_.metrics_csv();
  header_ = "epoch,step,samples," + names();
  rows_.emplace(path, header_, step, events);
  measured_step_ = -1;
  has_row_ = false;
  const double known = std::exchange(best_, kNoBest);
  const bool has_best = std::filesystem::exists(folder_.best());
  const auto steps = read_column(path, header_, "step");
  const auto samples = read_column(path, header_, "samples");
  const auto distances = read_column(path, header_, distance_);
  for (std::size_t i = 0; i < distances.size(); ++i) {
    has_row_ = has_row_ || steps[i] == static_cast<double>(step);
    // Distances depend on the number of samples, so only equal numbers are compared.
    if (samples[i] != static_cast<double>(trainer_.config().eval.samples)) continue;
    if (steps[i] == static_cast<double>(step)) measured_step_ = step;
    if (has_best && distances[i] < best_) best_ = distances[i];
  }
  if (best_ > known) {
    log::warning(
        "best.pt may come from steps that are rolled back; the next evaluation that beats those "
        "left in metrics.csv replaces it");
  }
}

std::string RunEvaluation::measure(std::int64_t epoch) {
  log::info(str("epoch ", epoch, "  measuring ", trainer_.config().eval.samples, " samples"));
  const Metrics metrics = measure_samples();
  measured_step_ = trainer_.steps_done();
  // Compared as written to the file, so that a resumed run gets the same results.
  const double distance = parse_double(metric_text(metrics.value(distance_))).value_or(kNoBest);
  const std::string text =
      network_ ? str(distance_, formatted(" %.4g", distance))
               : formatted("Fréchet %.4g  coverage %.3f", distance, metrics.value("coverage"));
  const bool better = trainer_.config().train.keep_best == KeepBest::kFid && distance < best_;
  if (better) {
    best_ = distance;
    save_generator(folder_.best(), trainer_);
  }
  // The row is last: a resumed run takes it as proof that the rest is there.
  row_ = str(epoch, ",", measured_step_, ",", metrics.samples, ",", metrics_csv_values(metrics));
  write_file(folder_.evaluation(), metrics_json(metrics, {{"gan_train", std::string(kVersion)},
                                                          {"epoch", epoch},
                                                          {"step", measured_step_}}));
  rows_->add(row_);
  rows_->sync();
  log::info(str("epoch ", epoch, "  ", text, better ? "  best so far, kept as best.pt" : ""));
  return text;
}

void cut_metrics(const std::filesystem::path& csv, std::int64_t step) {
  if (!std::filesystem::exists(csv)) return;
  const std::string header = CsvRows(csv).header();
  if (header.starts_with("epoch,step,")) CsvLog(csv, header, step);
}

}  // namespace gan
