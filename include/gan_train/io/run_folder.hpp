#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gan_train/core/file.hpp"
#include "gan_train/train/loop.hpp"

namespace gan {

/// What a run leaves, and where:
///
///     config.yaml  losses.csv  steps.csv  losses.png  train.log
///     samples/epoch_0001.png …  checkpoints/g_<epoch>.pt …  checkpoints/last.pt
///
/// It is locked against a second run as long as the object lives.
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
  std::filesystem::path losses_png() const { return root_ / "losses.png"; }
  std::filesystem::path log() const { return root_ / "train.log"; }
  std::filesystem::path sample(std::int64_t epoch) const;
  std::filesystem::path generator(std::int64_t epoch) const;
  std::filesystem::path state() const { return root_ / "checkpoints" / "last.pt"; }

 private:
  std::filesystem::path root_;
  std::optional<FolderLock> lock_;
};

/// A CSV of log rows: epoch,step,d_loss,g_loss,d_real,d_fake,seconds,images_per_second.
class LossLog {
 public:
  /// Opens `path`, keeping of it the whole rows up to `step` (0: none).
  LossLog(const std::filesystem::path& path, std::int64_t step);
  void add(const LogRow& row);

 private:
  std::unique_ptr<AppendFile> file_;
};

/// Draws both losses of such a CSV against the epoch as the bytes of a PNG.
Bytes plot_losses(const std::filesystem::path& csv);

}  // namespace gan
