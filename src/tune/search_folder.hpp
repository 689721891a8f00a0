#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "gan_train/config/config.hpp"
#include "tune/halving.hpp"
#include "tune/space.hpp"

namespace gan {

/// The setup of a search, which determines its trials and their results.
struct SearchSetup {
  Config recipe;
  SearchConfig search;
};

/// The trials of a search and their configs.
class SearchTrials {
 public:
  /// Throws an Error (exit code 2) if the space can't be read.
  explicit SearchTrials(const SearchSetup& setup);

  std::int64_t size() const { return static_cast<std::int64_t>(trials_.size()); }
  const Space& space() const { return space_; }
  /// The values of a trial (0: the recipe), in the order of the space.
  const Trial& values(std::int64_t trial) const;
  /// The recipe with these values and that seed; throws an Error (exit code 2) if the values don't
  /// fit together.
  Config config(std::int64_t trial, std::int64_t repeat = 0) const;

 private:
  Config recipe_;
  Space space_;
  Trial recipe_values_;
  std::vector<Trial> trials_;
};

/// The files of a search:
///
///     search.yaml  tune.csv  best.yaml  tune.log
///     trials/<trial> …, trials/<trial>-seed<seed> …   one run folder each
///
/// The folder is locked against a second search during the object's lifetime.
class SearchFolder {
 public:
  /// Creates a new folder (Error, exit code 2, if `root` holds anything), or opens one to resume.
  SearchFolder(std::filesystem::path root, bool resume);

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path best() const { return root_ / "best.yaml"; }
  std::filesystem::path csv() const { return root_ / "tune.csv"; }
  std::filesystem::path log() const { return root_ / "tune.log"; }
  std::filesystem::path trial(const Job& job, const SearchSetup& setup) const;

  void save_setup(const SearchSetup& setup) const;
  /// One row per result, in the order in which they were made.
  void save_results(const SearchSetup& setup, const SearchTrials& trials,
                    const std::vector<JobResult>& results) const;
  /// Throws an Error if the file is not a table of that search.
  std::vector<JobResult> load_results(const SearchSetup& setup, const SearchTrials& trials) const;

 private:
  std::filesystem::path root_;
  std::optional<FolderLock> lock_;
};

/// Reads the setup of the search in a folder.
SearchSetup load_search(const std::filesystem::path& root);

/// A score as text. Scores are stored, and compared, with nine digits, so that a resumed search
/// makes the same decisions.
std::string score_text(double score, int digits = 9);
inline constexpr int kShownDigits = 4;

}  // namespace gan
