#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <torch/types.h>

#include "gan_train/io/csv_log.hpp"
#include "gan_train/io/run_folder.hpp"
#include "gan_train/train/loop.hpp"

namespace gan {

class RunEvaluation;

/// A training run with all that it leaves in its folder: logs, plots, grids of
/// samples, kept generators, and the state from which it can go on.
class Run {
 public:
  Run(Trainer& trainer, const Dataset& data, const RunFolder& folder);
  ~Run();

  /// Goes on from a saved state of this run: call it before train().
  void resume(const std::filesystem::path& state);

  /// Calls `watch` with each grid of samples once it is written.
  void watch_samples(std::function<void(const std::filesystem::path&)> watch) {
    on_samples_ = std::move(watch);
  }

  /// Trains to the end of the last epoch, or until `watch.stop` says so, and saves
  /// the state then. Returns whether it got to the end. Of `watch`, on_step,
  /// on_epoch and stop are called; the rest is the run's own.
  bool train(const Hooks& watch = {});

  /// The metrics of the last evaluation in a few words; "" before the first.
  const std::string& evaluation() const { return evaluation_text_; }

 private:
  void open_logs();
  void open_lines();
  void save();
  void write_state();
  void save_samples(std::int64_t epoch);
  Bytes picture(const torch::Tensor& images, std::int64_t epoch) const;
  void after_epoch(const LogRow& row);
  void keep_generator(std::int64_t epoch);
  void finish();
  void draw(std::uint64_t most_bytes);
  void watch(const LogRow& row, double diversity);
  bool roll_back(const std::string& what);

  std::int64_t sample_columns() const;
  const OutputConfig& output() const { return trainer_.config().output; }

  Trainer& trainer_;
  const Dataset& data_;
  const RunFolder& folder_;
  torch::Tensor fixed_inputs_;
  DiversityMeter diversity_;
  LoopState loop_;
  std::int64_t saved_step_ = -1;     ///< at which the state in the folder was saved
  std::optional<EventFile> events_;  ///< none without output.tensorboard
  std::optional<CsvLog> losses_;
  std::optional<CsvLog> steps_;
  std::optional<CsvLog> health_;
  std::optional<AppendFile> lines_;            ///< metrics.jsonl
  std::unique_ptr<RunEvaluation> evaluation_;  ///< null without eval.every
  std::string evaluation_text_;
  std::function<void(const std::filesystem::path&)> on_samples_;
  std::chrono::steady_clock::time_point drawn_at_;  ///< the plot and the report
};

/// The newest state in a run's folder that is whole, and the config in it. A
/// damaged last.pt is warned of, and the state before it taken. Error where
/// there is none.
struct SavedState {
  std::filesystem::path path;
  Config config;
};
SavedState find_state(const std::filesystem::path& root);

}  // namespace gan
