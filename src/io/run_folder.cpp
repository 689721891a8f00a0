#include "gan_train/io/run_folder.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <utility>
#include <vector>

#include "gan_train/core/error.hpp"
#include "gan_train/core/text.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

// A lock and empty folders are nothing: a run that was killed at once leaves them.
bool holds_anything(const fs::path& folder) {
  if (!fs::exists(folder)) return false;
  if (!fs::is_directory(folder)) return true;
  return std::any_of(fs::directory_iterator(folder), fs::directory_iterator(),
                     [](const auto& entry) {
                       if (entry.path().filename() == FolderLock::kName) return false;
                       return !entry.is_directory() || !fs::is_empty(entry.path());
                     });
}

// Whether the name is the prefix, digits and the suffix.
bool is_numbered(const std::string& name, std::string_view prefix, std::string_view suffix) {
  if (!name.starts_with(prefix) || !name.ends_with(suffix)) return false;
  if (name.size() <= prefix.size() + suffix.size()) return false;
  const auto end = name.end() - static_cast<std::ptrdiff_t>(suffix.size());
  return std::all_of(name.begin() + static_cast<std::ptrdiff_t>(prefix.size()), end,
                     [](char c) { return c >= '0' && c <= '9'; });
}

// Whether `path` is a file as a run leaves it in its folder.
bool is_of_a_run(const RunFolder& folder, const fs::path& path) {
  for (const auto& file :
       {folder.config(), folder.losses_csv(), folder.steps_csv(), folder.health_csv(),
        folder.metrics_csv(), folder.losses_png(), folder.losses_svg(), folder.log(), folder.best(),
        folder.state(), folder.previous_state()}) {
    if (path == file) return true;
  }
  const std::string name = path.filename().string();
  return (path.parent_path() == folder.sample(0).parent_path() &&
          is_numbered(name, "epoch_", ".png")) ||
         (path.parent_path() == folder.state().parent_path() && is_numbered(name, "g_", ".pt"));
}

// Files of a run, or only what a killed one left half-written of them.
void remove_files(const RunFolder& folder, bool only_temporaries) {
  for (const auto& place :
       {folder.root(), folder.root() / "samples", folder.root() / "checkpoints"}) {
    if (!fs::is_directory(place)) continue;
    for (const auto& entry : fs::directory_iterator(place)) {
      const auto target = target_of_temporary(entry.path());
      const bool temporary = !target.empty() && is_of_a_run(folder, target);
      if (temporary || (!only_temporaries && is_of_a_run(folder, entry.path()))) {
        fs::remove(entry.path());
      }
    }
  }
}

// What --overwrite may clear: nothing yet, or a folder whose config a run of ours wrote.
void check_is_run(const RunFolder& folder) {
  if (!holds_anything(folder.root())) return;
  constexpr std::string_view kMark = "# gan-train";
  if (fs::is_regular_file(folder.config())) {
    const Bytes config = read_file(folder.config());
    const std::string_view text(reinterpret_cast<const char*>(config.data()), config.size());
    if (text.starts_with(kMark)) return;
  }
  throw usage_error(folder.root().string(),
                    ": holds files, but no run of gan-train to overwrite; choose another --out");
}

}  // namespace

RunFolder::RunFolder(fs::path root, Open how) : root_(std::move(root)) {
  if (how == Open::kNew && holds_anything(root_)) {
    throw usage_error(root_.string(),
                      ": already holds files; choose another --out, go on with "
                      "--resume ",
                      root_.string(), ", or replace the run with --overwrite");
  }
  make_folders(root_);
  lock_.emplace(root_);
  if (how == Open::kOverwrite) {
    check_is_run(*this);
    remove_files(*this, /*only_temporaries=*/false);
  }
  make_folders(root_ / "samples");
  make_folders(root_ / "checkpoints");
  remove_files(*this, /*only_temporaries=*/true);
}

fs::path RunFolder::sample(std::int64_t epoch) const {
  char name[32];
  std::snprintf(name, sizeof name, "epoch_%04lld.png", static_cast<long long>(epoch));
  return root_ / "samples" / name;
}

fs::path RunFolder::generator(std::int64_t epoch) const {
  return root_ / "checkpoints" / str("g_", epoch, ".pt");
}

void RunFolder::prune_generators(std::int64_t epoch, std::int64_t keep_last,
                                 std::int64_t keep_every) const {
  if (keep_last == 0) return;
  std::vector<std::int64_t> epochs;
  for (const auto& entry : fs::directory_iterator(root_ / "checkpoints")) {
    const std::string stem = entry.path().stem().string();
    if (!stem.starts_with("g_")) continue;
    const auto number = parse_int(std::string_view(stem).substr(2));
    if (number && *number < epoch && entry.path() == generator(*number)) epochs.push_back(*number);
  }
  std::sort(epochs.begin(), epochs.end(), std::greater());
  for (std::size_t i = static_cast<std::size_t>(keep_last) - 1; i < epochs.size(); ++i) {
    const bool kept = keep_every > 0 && epochs[i] % keep_every == 0;
    if (!kept) fs::remove(generator(epochs[i]));
  }
}

}  // namespace gan
