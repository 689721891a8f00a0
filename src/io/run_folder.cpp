#include "gan_train/io/run_folder.hpp"

#include <algorithm>
#include <cinttypes>
#include <ctime>
#include <fstream>
#include <ranges>
#include <utility>

#include "gan_train/core/error.hpp"
#include "gan_train/core/text.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

// The number that the name of a grid or a generator ends in.
std::optional<std::int64_t> number_in(const fs::path& path) {
  const std::string stem = path.stem().string();
  const auto number = parse_int(std::string_view(stem).substr(stem.rfind('_') + 1));
  return number >= 0 ? number : std::nullopt;
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
  const auto number = number_in(path);
  return number && (path == folder.sample(*number) || path == folder.generator(*number));
}

// Files of a run, or only what a killed one left half-written of them.
void remove_files(const RunFiles& folder, bool only_temporaries) {
  for (const auto& place :
       {folder.root(), folder.root() / "samples", folder.root() / "checkpoints"}) {
    if (!fs::is_directory(place)) continue;
    for (const auto& entry : fs::directory_iterator(place)) {
      const auto target = target_of_temporary(entry.path());
      const bool temporary = !target.empty() && is_of_a_run(folder, target);
      const bool named = is_of_a_run(folder, entry.path()) && entry.path() != folder.config();
      if (temporary || (!only_temporaries && named)) fs::remove(entry.path());
    }
  }
  // Last, since it marks the folder as a run's, should this be cut short.
  if (!only_temporaries) fs::remove(folder.config());
}

// Where a run may write, or --overwrite clear: nothing yet, or a folder whose config a run of ours
// wrote.
void check_is_run(const RunFiles& folder) {
  if (!holds_anything(folder.root()) || folder.hold_run()) return;
  throw usage_error(folder.root().string(),
                    fs::is_directory(folder.root()) ? ": holds files, but no run of gan-train"
                                                    : ": is not a folder",
                    "; choose another --out");
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

fs::path new_run_folder(const std::string& name) {
  char text[32];
  const std::time_t now = std::time(nullptr);
  std::strftime(text, sizeof text, "%Y%m%d-%H%M%S", std::localtime(&now));
  const fs::path runs("runs");
  make_folders(runs);
  constexpr int kMostInASecond = 1000;
  for (int i = 1; i < kMostInASecond; ++i) {
    const auto folder = runs / str(name, "-", text, i > 1 ? str("-", i) : "");
    if (fs::create_directory(folder)) return folder;
  }
  throw run_error("runs: a thousand runs of this second are there; name a folder with --out");
}

RunFolder::RunFolder(fs::path folder, Open how) : RunFiles(std::move(folder)) {
  if (how == Open::kNew) check_is_run(*this);
  if (how == Open::kNew && holds_anything(root())) {
    throw usage_error(root().string(),
                      ": already holds files; choose another --out, go on with "
                      "--resume ",
                      root().string(), ", or replace the run with --overwrite");
  }
  make_folders(root());
  lock_.emplace(root());
  remove_files(*this, /*only_temporaries=*/true);
  if (how == Open::kOverwrite) {
    check_is_run(*this);
    remove_files(*this, /*only_temporaries=*/false);
  }
  make_folders(root() / "samples");
  make_folders(root() / "checkpoints");
}

bool RunFiles::hold_run() const {
  if (!fs::is_regular_file(config())) return false;
  constexpr std::string_view kMark = "# gan-train";
  std::string start(kMark.size(), ' ');
  std::ifstream file(config(), std::ios::binary);
  return file.read(start.data(), static_cast<std::streamsize>(start.size())) && start == kMark;
}

fs::path RunFiles::sample(std::int64_t epoch) const {
  return root_ / "samples" / formatted("epoch_%04" PRId64 ".png", epoch);
}

fs::path RunFiles::generator(std::int64_t epoch) const {
  return root_ / "checkpoints" / str("g_", epoch, ".pt");
}

std::map<std::int64_t, fs::path> RunFiles::numbered(fs::path (RunFiles::*file)(std::int64_t)
                                                        const) const {
  std::map<std::int64_t, fs::path> found;
  const fs::path folder = (this->*file)(0).parent_path();
  if (!fs::is_directory(folder)) return found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto number = number_in(entry.path());
    if (!number || entry.path() != (this->*file)(*number)) continue;
    if (entry.is_regular_file()) found[*number] = entry.path();
  }
  return found;
}

void RunFolder::prune_generators(std::int64_t epoch, std::int64_t keep_last,
                                 std::int64_t keep_every) const {
  if (keep_last == 0) return;
  std::int64_t newer = 1;  // epoch's own
  for (const auto& [number, path] : std::views::reverse(generators())) {
    if (number >= epoch) continue;
    const bool kept = newer++ < keep_last || (keep_every > 0 && number % keep_every == 0);
    if (!kept) fs::remove(path);
  }
}

}  // namespace gan
