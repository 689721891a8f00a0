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

/// What a search is: all that decides which trials there are and how they come out.
struct SearchSetup {
  Config recipe;
  SearchConfig search;
};

/// The trials of a search and their configs.
class SearchTrials {
 public:
  /// Error (exit code 2) where the space cannot be read.
  explicit SearchTrials(const SearchSetup& setup);

  std::int64_t size() const { return static_cast<std::int64_t>(trials_.size()); }
  const Space& space() const { return space_; }
  /// The values of a trial, those of the recipe too, in the order of the space.
  const Trial& values(std::int64_t trial) const;
  /// The recipe with these values and that seed; an Error (exit code 2) where they don't go
  /// together.
  Config config(std::int64_t trial, std::int64_t repeat = 0) const;

 private:
  Config recipe_;
  Space space_;
  Trial recipe_values_;
  std::vector<Trial> trials_;
};

/// What a search leaves, and where:
///
///     search.yaml  tune.csv  best.yaml  tune.log
///     trials/<trial> …, trials/<trial>-seed<seed> …   a run's folder each
///
/// It is locked against a second search as long as the object lives.
class SearchFolder {
 public:
  /// Makes a new one, Error (exit code 2) where `root` holds anything, or opens one to go on with.
  SearchFolder(std::filesystem::path root, bool resume);

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path best() const { return root_ / "best.yaml"; }
  std::filesystem::path csv() const { return root_ / "tune.csv"; }
  std::filesystem::path log() const { return root_ / "tune.log"; }
  std::filesystem::path trial(const Job& job, const SearchSetup& setup) const;

  void save_setup(const SearchSetup& setup) const;
  /// A row a result, in the order in which they were made.
  void save_results(const SearchSetup& setup, const SearchTrials& trials,
                    const std::vector<JobResult>& results) const;
  /// Error where the file is no table of that search.
  std::vector<JobResult> load_results(const SearchSetup& setup, const SearchTrials& trials) const;

 private:
  std::filesystem::path root_;
  std::optional<FolderLock> lock_;
};

/// The search that a folder holds.
SearchSetup load_search(const std::filesystem::path& root);

/// A score in words. With nine digits as it is kept, and compared, so that a resumed search goes
/// the same way.
std::string score_text(double score, int digits = 9);
inline constexpr int kShownDigits = 4;

}  // namespace gan
