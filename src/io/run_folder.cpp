#include "gan_train/io/run_folder.hpp"

#include <algorithm>
#include <array>
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

// Only what a run of ours is known to leave.
void remove_old_run(const RunFolder& folder) {
  for (const auto& file : {folder.config(), folder.losses_csv(), folder.steps_csv(),
                           folder.health_csv(), folder.losses_png(), folder.log()}) {
    fs::remove(file);
  }
  for (const auto& [name, start, end] :
       {std::array<std::string_view, 3>{"samples", "epoch_", ".png"},
        {"checkpoints", "g_", ".pt"},
        {"checkpoints", "last", ".pt"},
        {"checkpoints", "previous", ".pt"}}) {
    if (!fs::is_directory(folder.root() / name)) continue;
    for (const auto& entry : fs::directory_iterator(folder.root() / name)) {
      const std::string file = entry.path().filename().string();
      if (file.starts_with(start) && file.ends_with(end)) fs::remove(entry.path());
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
    remove_old_run(*this);
  }
  make_folders(root_ / "samples");
  make_folders(root_ / "checkpoints");
  for (const auto& folder : {root_, root_ / "samples", root_ / "checkpoints"}) {
    remove_temporaries(folder);
  }
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
