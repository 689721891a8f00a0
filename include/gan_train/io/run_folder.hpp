#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "gan_train/core/file.hpp"

namespace gan {

/// What a run leaves, and where:
///
///     config.yaml  losses.csv  steps.csv  health.csv  metrics.csv  losses.png
///     losses.svg  train.log
///     samples/epoch_0001.png …  checkpoints/g_<epoch>.pt …  checkpoints/best.pt
///     checkpoints/last.pt  checkpoints/previous.pt (the state before it)
///
/// It is locked against a second run as long as the object lives. What killed
/// runs left half-written is removed.
class RunFolder {
 public:
  enum class Open {
    kNew,        ///< Error where the folder holds anything
    kOverwrite,  ///< removes what an earlier run left, nothing else
    kResume      ///< goes on with what is there
  };

  RunFolder(std::filesystem::path root, Open how);

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path config() const { return root_ / "config.yaml"; }
  std::filesystem::path losses_csv() const { return root_ / "losses.csv"; }
  std::filesystem::path steps_csv() const { return root_ / "steps.csv"; }
  std::filesystem::path health_csv() const { return root_ / "health.csv"; }
  std::filesystem::path metrics_csv() const { return root_ / "metrics.csv"; }
  std::filesystem::path losses_png() const { return root_ / "losses.png"; }
  std::filesystem::path losses_svg() const { return root_ / "losses.svg"; }
  std::filesystem::path log() const { return root_ / "train.log"; }
  std::filesystem::path sample(std::int64_t epoch) const;
  std::filesystem::path generator(std::int64_t epoch) const;
  std::filesystem::path best() const { return root_ / "checkpoints" / "best.pt"; }
  std::filesystem::path state() const { return root_ / "checkpoints" / "last.pt"; }
  std::filesystem::path previous_state() const { return root_ / "checkpoints" / "previous.pt"; }

  /// Deletes the generators of epochs before `epoch`, but for the `keep_last`
  /// newest (`epoch`'s own counts) and those whose epoch `keep_every` divides.
  void prune_generators(std::int64_t epoch, std::int64_t keep_last, std::int64_t keep_every) const;

 private:
  std::filesystem::path root_;
  std::optional<FolderLock> lock_;
};

}  // namespace gan
