#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gan {

class FolderLock;

/// Whether a folder exists and is not empty. A lock file and empty subfolders do not count: a run
/// that is killed at once leaves them.
bool holds_anything(const std::filesystem::path& folder);

/// Creates runs/<name>-<date-time>, the default place of a run. Runs started in the same second get
/// different folders.
std::filesystem::path new_run_folder(const std::string& name);

/// A file that a run writes into its folder.
struct RunFile {
  enum class AtOverwrite { kRemovedFirst, kRemoved, kRemovedLast, kStays };

  std::string_view name;  ///< relative to the run's folder; `*` stands for an epoch
  std::string_view content;
  std::string_view written;  ///< when it is written
  AtOverwrite at_overwrite = AtOverwrite::kRemoved;
};

/// All files of a run, as docs/formats.md lists them.
std::span<const RunFile> run_files();

/// The paths of a run's files.
class RunFiles {
 public:
  explicit RunFiles(std::filesystem::path root) : root_(std::move(root)) {}

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path config() const { return at("config.yaml"); }
  std::filesystem::path facts() const { return at("run.json"); }
  std::filesystem::path losses_csv() const { return at("losses.csv"); }
  std::filesystem::path steps_csv() const { return at("steps.csv"); }
  std::filesystem::path health_csv() const { return at("health.csv"); }
  std::filesystem::path metrics_csv() const { return at("metrics.csv"); }
  std::filesystem::path metrics_jsonl() const { return at("metrics.jsonl"); }
  std::filesystem::path evaluation() const { return at("evaluation.json"); }
  std::filesystem::path report() const { return at("report.html"); }
  std::filesystem::path losses_png() const { return at("losses.png"); }
  /// TensorBoard looks for "tfevents" in file names.
  std::filesystem::path events() const { return at("events.out.tfevents.gan-train"); }
  std::filesystem::path losses_svg() const { return at("losses.svg"); }
  std::filesystem::path log() const { return at("train.log"); }
  std::filesystem::path sample(std::int64_t epoch) const;
  std::filesystem::path real_images() const { return at("samples/real.png"); }
  std::filesystem::path generator(std::int64_t epoch) const {
    return at("checkpoints/g_*.pt", std::to_string(epoch));
  }
  std::filesystem::path best() const { return at("checkpoints/best.pt"); }
  std::filesystem::path state() const { return at("checkpoints/last.pt"); }
  std::filesystem::path previous_state() const { return at("checkpoints/previous.pt"); }

  /// The rows of run_files() that exist.
  std::vector<RunFile> present() const;
  /// The existing grids of samples and generators, by epoch.
  std::map<std::int64_t, std::filesystem::path> samples() const {
    return numbered(&RunFiles::sample);
  }
  std::map<std::int64_t, std::filesystem::path> generators() const {
    return numbered(&RunFiles::generator);
  }

 private:
  // The path of a row of run_files(), with `epoch` for its star.
  std::filesystem::path at(std::string_view name, std::string_view epoch = "") const;
  std::map<std::int64_t, std::filesystem::path> numbered(
      std::filesystem::path (RunFiles::*file)(std::int64_t) const) const;

  std::filesystem::path root_;
};

/// The folder of a running run, locked against a second run during the object's lifetime. Removes
/// files that killed runs left half-written.
class RunFolder : public RunFiles {
 public:
  enum class Open {
    kNew,        ///< Error if the folder holds anything
    kOverwrite,  ///< removes the files of an earlier run; Error, with nothing touched,
                 ///< if the folder does not belong to a run
    kResume      ///< continues the run in the folder
  };

  RunFolder(std::filesystem::path folder, Open how);

  /// Deletes generators of epochs before `epoch`, except the newest `keep_last` (including that of
  /// `epoch`) and those of epochs divisible by `keep_every`.
  void prune_generators(std::int64_t epoch, std::int64_t keep_last, std::int64_t keep_every) const;

 private:
  std::shared_ptr<const FolderLock> lock_;
};

}  // namespace gan
