#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "gan_train/config/config.hpp"
#include "gan_train/data/dataset.hpp"
#include "gan_train/run/run_folder.hpp"
#include "gan_train/train/loop.hpp"
#include "gan_train/train/trainer.hpp"

namespace gan {

/// How far a run has come.
enum class RunState : std::uint8_t { kTraining, kStopped, kFailed, kComplete };

/// Writes the report of a run. It is also called during training, so it must be quick.
using ReportWriter = std::function<void(const RunFiles& files, RunState state)>;

/// A training run and everything in its folder: logs, plots, grids of samples, kept generators, and
/// the state to resume from.
class Run {
 public:
  /// The references must outlive the Run. Without `report`, no report is written.
  Run(Trainer& trainer, const Dataset& data, const RunFolder& folder, ReportWriter report = {});
  ~Run();

  /// Loads a saved state of this run. Call it before train().
  void resume(const std::filesystem::path& state);

  /// Calls `watch` with the path of each grid of samples once it is written.
  void watch_samples(std::function<void(const std::filesystem::path&)> watch);

  /// Trains to the end of the last epoch, or until `watch.stop` returns true, then saves the state.
  /// Returns whether training is complete. Only on_step, on_epoch and stop of `watch` are called;
  /// the run uses the other hooks itself.
  bool train(const Hooks& watch = {});

  /// The metrics of the last evaluation as a short text; "" before the first.
  const std::string& evaluation() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// The newest intact state in a run's folder, and its config. If last.pt is damaged, warns and uses
/// the state before it. Throws an Error if there is none.
struct SavedState {
  std::filesystem::path path;
  Config config;
};
SavedState find_state(const std::filesystem::path& root);

}  // namespace gan
