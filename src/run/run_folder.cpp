#include "gan_train/run/run_folder.hpp"

#include <algorithm>
#include <ctime>
#include <ranges>
#include <set>
#include <utility>

#include "core/file.hpp"
#include "core/text.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/core/registry.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

// The number at the end of a grid's or generator's name.
std::optional<std::int64_t> number_in(const fs::path& path) {
  const std::string stem = path.stem().string();
  const auto number = parse_int(std::string_view(stem).substr(stem.rfind('_') + 1));
  return number >= 0 ? number : std::nullopt;
}

// Whether `path` is that file in the run folder `root`.
bool is_file(const RunFile& file, const fs::path& root, const fs::path& path) {
  const auto star = file.name.find('*');
  if (star == std::string_view::npos) return path == root / file.name;
  const RunFiles files(root);
  const auto number = number_in(path);
  return number && path.extension() == fs::path(file.name).extension() &&
         (path == files.sample(*number) || path == files.generator(*number));
}

const RunFile* find_file(const fs::path& root, const fs::path& path) {
  const auto rows = run_files();
  const auto found =
      std::ranges::find_if(rows, [&](const RunFile& row) { return is_file(row, root, path); });
  return found == rows.end() ? nullptr : &*found;
}

// The entries of a run's folder and its subfolders.
std::vector<fs::path> entries_of(const fs::path& root) {
  std::vector<fs::path> entries;
  for (const auto& folder : {root, root / "samples", root / "checkpoints"}) {
    if (!fs::is_directory(folder)) continue;
    for (const auto& entry : fs::directory_iterator(folder)) entries.push_back(entry.path());
  }
  return entries;
}

void remove_half_written(const fs::path& root) {
  for (const auto& path : entries_of(root)) {
    const auto target = target_of_temporary(path);
    if (!target.empty() && find_file(root, target) != nullptr) fs::remove(path);
  }
}

// Syncs, so that none of them reappears among the next run's files after a power cut.
void remove_files(const fs::path& root, RunFile::AtOverwrite which) {
  std::set<fs::path> folders;
  for (const auto& path : entries_of(root)) {
    const RunFile* file = find_file(root, path);
    if (file == nullptr || file->at_overwrite != which) continue;
    fs::remove(path);
    folders.insert(path.parent_path());
  }
  for (const auto& folder : folders) sync_folder(folder);
}

// Ignores locks, empty folders, and paths for which `but` is true.
template <typename But>
bool holds_anything_but(const fs::path& folder, But but) {
  if (!fs::exists(folder)) return false;
  if (!fs::is_directory(folder)) return true;
  return std::any_of(fs::directory_iterator(folder), fs::directory_iterator(),
                     [&](const auto& entry) {
                       if (entry.path().filename() == FolderLock::kName) return false;
                       if (entry.is_directory()) return !fs::is_empty(entry.path());
                       return !but(entry.path());
                     });
}

// Throws an Error if the folder belongs to something else.
void check_is_run(const RunFiles& folder) {
  const auto& root = folder.root();
  // A run that was killed while writing its config leaves a temporary file of it.
  const auto is_half_a_config = [&](const fs::path& path) {
    return target_of_temporary(path) == folder.config();
  };
  if (holds_run(root) || !holds_anything_but(root, is_half_a_config)) return;
  throw usage_error(root.string(), fs::is_directory(root) ? ": holds files, but no run of gan-train"
                                                          : ": is not a folder");
}

}  // namespace

std::span<const RunFile> run_files() {
  static constexpr RunFile kFiles[] = {
      {"config.yaml", "every option with the value that was used; itself a valid config file",
       "at the start", RunFile::AtOverwrite::kRemovedLast},  // it marks the folder as a run's
      {"run.json", "program, machine, data and networks", "at the start, and at each resume"},
      {"losses.csv", "means over each epoch", "after each epoch"},
      {"steps.csv", "means over each `output.log_every` steps; no file where that is 0",
       "every `output.log_every` steps"},
      {"health.csv", "D(x), D(G(z)), gradient norms and diversity", "after each epoch"},
      {"metrics.csv", "the metrics of evaluations; no file where `eval.every` is 0",
       "every `eval.every` epochs, and after the last"},
      {"metrics.jsonl", "all that `losses.csv`, `health.csv` and `metrics.csv` hold, as JSON",
       "after each epoch"},
      {"evaluation.json", "the last evaluation, as JSON", "with `metrics.csv`"},
      {"report.html", "all of this as a page; no file with `output.report = false`",
       "after an epoch, at most every 5 s, and at the end"},
      {"losses.png",
       "both losses against the epoch; from 40 epochs on also their mean over a twentieth of the "
       "epochs; no file in a build without cairo",
       "with `report.html`"},
      {"losses.svg", "the same, as a vector graphic", "with `report.html`"},
      {"events.out.tfevents.gan-train", "what the tables hold, and the grids, for TensorBoard",
       "with `output.tensorboard`, as they are written"},
      {"train.log", "what the terminal showed, with date, time and level", "as it happens"},
      {FolderLock::kName,
       "the process that writes here; locked while it lives, so that a second run is refused",
       "at the start", RunFile::AtOverwrite::kStays},
      {"samples/epoch_*.png",
       "a grid from the same latents each time, one class per column; for points a scatter plot",
       "every `output.sample_every` epochs, and after the last; none where that is 0"},
      {"samples/real.png",
       "training images in a grid of the same size and order of classes, as the networks see them; "
       "no file for points",
       "at the start; none where `output.sample_every` is 0"},
      {"checkpoints/g_*.pt", "the generator to sample from",
       "every `output.checkpoint_every` epochs, and after the last; `output.keep_last` deletes old "
       "ones"},
      {"checkpoints/best.pt",
       "the generator of the evaluation with the lowest Fréchet distance so far",
       "with `train.keep_best = fid`, when it improves"},
      {"checkpoints/last.pt", "everything needed to resume",
       "at the start, every `output.save_state` epochs and `output.save_state_steps` steps, at the "
       "end and when stopped",
       RunFile::AtOverwrite::kRemovedFirst},  // a run without these can't be resumed
      {"checkpoints/previous.pt", "the state before that, in case the last is damaged",
       "with `last.pt`", RunFile::AtOverwrite::kRemovedFirst},
  };
  return kFiles;
}

bool holds_anything(const fs::path& folder) {
  return holds_anything_but(folder, [](const fs::path&) { return false; });
}

fs::path new_run_folder(const std::string& name) {
  char text[32];
  const std::time_t now = std::time(nullptr);
  std::strftime(text, sizeof text, "%Y%m%d-%H%M%S", std::localtime(&now));
  const fs::path runs("runs");
  make_folders(runs);
  constexpr int kMaxInASecond = 1000;
  for (int i = 1; i < kMaxInASecond; ++i) {
    const auto folder = runs / str(name, "-", text, i > 1 ? str("-", i) : "");
    if (fs::create_directory(folder)) return folder;
  }
  throw run_error("runs: already holds a thousand runs of this second; name another folder");
}

RunFolder::RunFolder(fs::path folder, Open how) : RunFiles(std::move(folder)) {
  if (how != Open::kResume) check_is_run(*this);
  if (how == Open::kNew && holds_anything(root())) {
    throw usage_error(root().string(), ": already holds files");
  }
  make_folders(root());
  lock_ = std::make_shared<const FolderLock>(root());
  remove_half_written(root());
  if (how == Open::kOverwrite) {
    using enum RunFile::AtOverwrite;
    for (const auto which : {kRemovedFirst, kRemoved, kRemovedLast}) remove_files(root(), which);
  }
  make_folders(root() / "samples");
  make_folders(root() / "checkpoints");
}

std::vector<RunFile> RunFiles::present() const {
  const auto entries = entries_of(root_);
  std::vector<RunFile> rows;
  for (const RunFile& row : run_files()) {
    const auto is_there = [&](const fs::path& path) { return is_file(row, root_, path); };
    if (std::ranges::any_of(entries, is_there)) rows.push_back(row);
  }
  return rows;
}

fs::path RunFiles::sample(std::int64_t epoch) const {
  return at("samples/epoch_*.png", formatted("%04lld", static_cast<long long>(epoch)));
}

fs::path RunFiles::at(std::string_view name, std::string_view epoch) const {
  std::string place(find_row(run_files(), name, "file of a run").name);
  if (const auto star = place.find('*'); star != std::string::npos) place.replace(star, 1, epoch);
  return root_ / place;
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
  std::int64_t newer = 1;  // that of `epoch`
  for (const auto& [number, path] : std::views::reverse(generators())) {
    if (number >= epoch) continue;
    const bool kept = newer++ < keep_last || (keep_every > 0 && number % keep_every == 0);
    if (!kept) fs::remove(path);
  }
}

}  // namespace gan
