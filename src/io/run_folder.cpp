#include "gan_train/io/run_folder.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <utility>
#include <vector>

#include "gan_train/core/error.hpp"
#include "gan_train/core/text.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kGridPrefix = "epoch_";
constexpr std::string_view kGridSuffix = ".png";

// Whether the name is the prefix, digits and the suffix.
bool is_numbered(const std::string& name, std::string_view prefix, std::string_view suffix) {
  if (!name.starts_with(prefix) || !name.ends_with(suffix)) return false;
  if (name.size() <= prefix.size() + suffix.size()) return false;
  const auto end = name.end() - static_cast<std::ptrdiff_t>(suffix.size());
  return std::all_of(name.begin() + static_cast<std::ptrdiff_t>(prefix.size()), end,
                     [](char c) { return c >= '0' && c <= '9'; });
}

// Whether `path` is a file as a run leaves it in its folder.
bool is_of_a_run(const RunFiles& folder, const fs::path& path) {
  for (const auto& file :
       {folder.config(), folder.facts(), folder.losses_csv(), folder.steps_csv(),
        folder.health_csv(), folder.metrics_csv(), folder.metrics_jsonl(), folder.evaluation(),
        folder.losses_png(), folder.losses_svg(), folder.report(), folder.log(), folder.events(),
        folder.best(), folder.state(), folder.previous_state()}) {
    if (path == file) return true;
  }
  const std::string name = path.filename().string();
  return (path.parent_path() == folder.sample(0).parent_path() &&
          is_numbered(name, kGridPrefix, kGridSuffix)) ||
         (path.parent_path() == folder.state().parent_path() && is_numbered(name, "g_", ".pt"));
}

// Files of a run, or only what a killed one left half-written of them.
void remove_files(const RunFiles& folder, bool only_temporaries) {
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
void check_is_run(const RunFiles& folder) {
  if (!holds_anything(folder.root()) || folder.hold_run()) return;
  throw usage_error(folder.root().string(),
                    ": holds files, but no run of gan-train to overwrite; choose another --out");
}

}  // namespace

bool holds_anything(const fs::path& folder) {
  if (!fs::exists(folder)) return false;
  if (!fs::is_directory(folder)) return true;
  return std::any_of(fs::directory_iterator(folder), fs::directory_iterator(),
                     [](const auto& entry) {
                       if (entry.path().filename() == FolderLock::kName) return false;
                       return !entry.is_directory() || !fs::is_empty(entry.path());
                     });
}

RunFolder::RunFolder(fs::path folder, Open how) : RunFiles(std::move(folder)) {
  if (how == Open::kNew && holds_anything(root())) {
    throw usage_error(root().string(),
                      ": already holds files; choose another --out, go on with "
                      "--resume ",
                      root().string(), ", or replace the run with --overwrite");
  }
  make_folders(root());
  lock_.emplace(root());
  if (how == Open::kOverwrite) {
    check_is_run(*this);
    remove_files(*this, /*only_temporaries=*/false);
  }
  make_folders(root() / "samples");
  make_folders(root() / "checkpoints");
  remove_files(*this, /*only_temporaries=*/true);
}

bool RunFiles::hold_run() const {
  if (!fs::is_regular_file(config())) return false;
  constexpr std::string_view kMark = "# gan-train";
  std::string start(kMark.size(), ' ');
  std::ifstream file(config(), std::ios::binary);
  return file.read(start.data(), static_cast<std::streamsize>(start.size())) && start == kMark;
}

fs::path RunFiles::sample(std::int64_t epoch) const {
  char name[32];
  std::snprintf(name, sizeof name, "epoch_%04lld.png", static_cast<long long>(epoch));
  return root_ / "samples" / name;
}

std::map<std::int64_t, fs::path> RunFiles::samples() const {
  std::map<std::int64_t, fs::path> found;
  const fs::path folder = root_ / "samples";
  if (!fs::is_directory(folder)) return found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || !is_numbered(name, kGridPrefix, kGridSuffix)) continue;
    const auto digits =
        name.substr(kGridPrefix.size(), name.size() - kGridPrefix.size() - kGridSuffix.size());
    if (const auto epoch = parse_int(digits)) found[*epoch] = entry.path();
  }
  return found;
}

fs::path RunFiles::generator(std::int64_t epoch) const {
  return root_ / "checkpoints" / str("g_", epoch, ".pt");
}

void RunFolder::prune_generators(std::int64_t epoch, std::int64_t keep_last,
                                 std::int64_t keep_every) const {
  if (keep_last == 0) return;
  std::vector<std::int64_t> epochs;
  for (const auto& entry : fs::directory_iterator(root() / "checkpoints")) {
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
