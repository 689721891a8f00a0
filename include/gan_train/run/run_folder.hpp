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

/// Whether a folder is there and not empty. A lock and empty folders are nothing: a run that was
/// killed at once leaves them.
bool holds_anything(const std::filesystem::path& folder);

/// Makes runs/<name>-<date-time>: where nobody says where to write. Runs that are started in one
/// second get folders of their own.
std::filesystem::path new_run_folder(const std::string& name);

/// A file that a run leaves in its folder.
struct RunFile {
  enum class AtOverwrite { kRemovedFirst, kRemoved, kRemovedLast, kStays };

  std::string_view name;  ///< below the run's folder; `*` stands for an epoch
  std::string_view content;
  std::string_view written;  ///< when
  AtOverwrite at_overwrite = AtOverwrite::kRemoved;
};

/// All of them, as docs/formats.md shows them.
std::span<const RunFile> run_files();

/// Names the files of a run.
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
  /// TensorBoard looks for "tfevents" in a name.
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

  /// Those of run_files() that are there.
  std::vector<RunFile> present() const;
  /// The grids of samples, and the generators, that are there, by epoch.
  std::map<std::int64_t, std::filesystem::path> samples() const {
    return numbered(&RunFiles::sample);
  }
  std::map<std::int64_t, std::filesystem::path> generators() const {
    return numbered(&RunFiles::generator);
  }

 private:
  // Of a row of run_files(), with `epoch` for its star.
  std::filesystem::path at(std::string_view name, std::string_view epoch = "") const;
  std::map<std::int64_t, std::filesystem::path> numbered(
      std::filesystem::path (RunFiles::*file)(std::int64_t) const) const;

  std::filesystem::path root_;
};

/// The folder of a run that writes there, locked against a second run as long as the object lives.
/// What killed runs left half-written is removed.
class RunFolder : public RunFiles {
 public:
  enum class Open {
    kNew,        ///< Error where the folder holds anything
    kOverwrite,  ///< removes the files of an earlier run; Error, with nothing touched, where the
                 ///< folder is not a run's
    kResume      ///< continues the run that is there
  };

  RunFolder(std::filesystem::path folder, Open how);

  /// Deletes the generators of epochs before `epoch`, but for the `keep_last`
  /// newest (`epoch`'s own counts) and those whose epoch `keep_every` divides.
  void prune_generators(std::int64_t epoch, std::int64_t keep_last, std::int64_t keep_every) const;

 private:
  std::shared_ptr<const FolderLock> lock_;
};

}  // namespace gan
