#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>

#include "gan_train/train/health.hpp"
#include "gan_train/train/trainer.hpp"

namespace gan {

/// Sums of step figures since the start of an epoch or of a log interval; part
/// of what is saved, so that a resumed run logs what an unbroken one would.
struct RunningFigures {
  std::array<double, kFigureCount> sums{};
  std::int64_t steps = 0;
  double seconds = 0.0;

  void add(const std::array<double, kFigureCount>& figures);
  double mean(Figure figure) const {
    return steps > 0 ? sums[static_cast<std::size_t>(figure)] / static_cast<double>(steps) : 0.0;
  }
};

/// A run goes back to a sound state at most this often.
inline constexpr std::int64_t kMostRollbacks = 3;

/// What a run has to keep between steps beside the Trainer.
struct LoopState {
  RunningFigures epoch;
  RunningFigures interval;
  HealthState health;
  std::int64_t rollbacks = 0;  ///< how often the run went back to a sound state…
  double lr_scale() const { return std::ldexp(1.0, -static_cast<int>(rollbacks)); }  ///< …halving
};

/// Means over an epoch, or over the steps since the last such row.
struct LogRow {
  std::int64_t epoch = 0;  ///< from 1
  std::int64_t step = 0;   ///< steps done
  RunningFigures figures;
  double images_per_second = 0.0;  ///< real images D was shown
};

/// What happens around the steps; empty ones are skipped.
struct Hooks {
  std::function<void(const LogRow& epoch_so_far)> on_step;  ///< after each read of figures
  std::function<void(const LogRow&)> on_log;                ///< every output.log_every steps
  std::function<void(const LogRow&)> on_epoch;              ///< after the last step of an epoch
  std::function<void()> after_step;  ///< after all of these: the state is whole and may be saved
  /// Asked after a step, before its figures are read: whether to stop once all of these were
  /// called. Where one rank says so, all stop there.
  std::function<bool()> stop;
  /// When a loss or gradient stopped being a number, with what was seen. True:
  /// trainer and state were put back to where they were sound, so go on.
  std::function<bool(const std::string& what)> on_nan;
  /// Steps between reads of their figures, at most: one on the CPU; elsewhere more, since the
  /// device stands still for them.
  std::int64_t read_every = 1;
};

/// Trains from where `trainer` stands to the end of the last epoch. Returns
/// whether it got there (rather than being stopped). An Error says at which step
/// a loss or gradient stopped being a number, unless `on_nan` mended that.
bool run_training(Trainer& trainer, LoopState& state, const Hooks& hooks);

}  // namespace gan
