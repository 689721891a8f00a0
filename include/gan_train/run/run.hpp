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

/// Writes the report of a run. While the run trains, it must be quick.
using ReportWriter = std::function<void(const RunFiles& files, RunState state)>;

/// A training run and all that it leaves in its folder: logs, plots, grids of samples, kept
/// generators, and the state to resume from.
class Run {
 public:
  /// The references must outlive it. Without `report`, no report is written.
  Run(Trainer& trainer, const Dataset& data, const RunFolder& folder, ReportWriter report = {});
  ~Run();

  /// Loads a saved state of this run: call it before train().
  void resume(const std::filesystem::path& state);

  /// Calls `watch` with each grid of samples once it is written.
  void watch_samples(std::function<void(const std::filesystem::path&)> watch);

  /// Trains to the end of the last epoch, or until `watch.stop` says so, and saves
  /// the state then. Returns whether it got to the end. Of `watch`, on_step,
  /// on_epoch and stop are called; the rest is the run's own.
  bool train(const Hooks& watch = {});

  /// The metrics of the last evaluation in a few words; "" before the first.
  const std::string& evaluation() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
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
