#include "disk.hpp"

#include <algorithm>
#include <fcntl.h>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "core/file.hpp"
#include "core/sha256.hpp"
#include "core/text.hpp"
#include "gan_train/core/error.hpp"

namespace gan::faults {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = 64;

std::size_t at_most(SplitMix64& rng, std::size_t most) { return rng.below(most + 1); }
bool by_chance(SplitMix64& rng, int percent) {
  return rng.below(100) < static_cast<std::uint64_t>(percent);
}

// Files of a run that are not read when it resumes.
bool is_never_read(const fs::path& path) {
  return !target_of_temporary(path).empty() || path.filename() == FolderLock::kName ||
         path.filename() == "train.log";
}

// 0, 50 or 100 percent.
int any_percent(SplitMix64& rng) { return static_cast<int>(rng.below(3)) * 50; }

}  // namespace

void DiskState::write_to(const fs::path& folder) const {
  for (const auto& [path, content] : entries) {
    if (!content) {
      fs::create_directory(folder / path);
    } else {
      std::ofstream(folder / path, std::ios::binary) << *content;
    }
  }
}

std::string DiskState::digest() const {
  Sha256 sum;
  const auto add = [&](std::string_view text) {
    sum.add(as_bytes(str(text.size(), " ")));
    sum.add(as_bytes(text));
  };
  for (const auto& [path, content] : entries) {
    add(path);
    add(!content ? "/" : is_never_read(path) ? "" : *content);
  }
  return sum.hex();
}

Disk::Disk(const fs::path& top) : top_(top) {
  make(/*folder=*/true);
  for (const auto& entry : fs::recursive_directory_iterator(top)) {
    const int node = make(entry.is_directory());
    if (!entry.is_directory()) append(node, as_text(read_file(entry.path())));
    name(entry.path(), node);
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i) sync(static_cast<int>(i));
}

int Disk::find(const fs::path& path) const {
  int node = kTop;
  for (const auto& part : fs::relative(path, top_)) {
    if (part == ".") continue;
    const auto& names = nodes_.at(static_cast<std::size_t>(node)).names;
    const auto found = names.find(part);
    if (found == names.end() || found->second.back() == kNone) return kNone;
    node = found->second.back();
  }
  return node;
}

int Disk::make(bool folder) {
  nodes_.emplace_back().is_folder = folder;
  return static_cast<int>(nodes_.size()) - 1;
}

void Disk::name(const fs::path& path, int node) {
  auto& names = nodes_.at(static_cast<std::size_t>(find(path.parent_path()))).names;
  auto& history = names.try_emplace(path.filename(), 1, kNone).first->second;
  if (history.back() != node) history.push_back(node);
}

void Disk::append(int node, std::string_view bytes) {
  nodes_.at(static_cast<std::size_t>(node)).bytes += bytes;
}

void Disk::sync(int node) {
  Node& synced = nodes_.at(static_cast<std::size_t>(node));
  synced.synced = synced.bytes.size();
  for (auto& [name, history] : synced.names) history = {history.back()};
  std::erase_if(synced.names, [](const auto& item) { return item.second.back() == kNone; });
}

// ── State after a power cut ──

class Disk::Cut {
 public:
  // Without `rng`, nothing is lost.
  Cut(const std::vector<Node>& nodes, SplitMix64* rng) : nodes_(nodes), rng_(rng) {
    if (rng_ == nullptr) return;
    older_names_ = any_percent(*rng_);
    shorter_files_ = any_percent(*rng_);
    holes_ = any_percent(*rng_);
  }

  DiskState state() {
    fill(kTop, "");
    return std::move(state_);
  }

 private:
  const Node& node(int number) const { return nodes_.at(static_cast<std::size_t>(number)); }
  void lose(const std::string& what) { state_.lost += (state_.lost.empty() ? "" : "; ") + what; }

  void fill(int folder, const std::string& path) {
    for (const auto& [name, history] : node(folder).names) {
      const std::string whole = path + name;
      const int chosen = choose(history, whole);
      if (chosen == kNone) continue;
      state_.entries[whole] = node(chosen).is_folder ? nullptr : content(chosen, whole);
      if (node(chosen).is_folder) fill(chosen, whole + "/");
    }
  }

  int choose(const std::vector<int>& history, const std::string& path) {
    if (history.size() == 1 || rng_ == nullptr || !by_chance(*rng_, older_names_)) {
      return history.back();
    }
    const int chosen = history[rng_->below(history.size() - 1)];
    lose(path + (chosen == kNone           ? " is not there"
                 : history.back() == kNone ? " is still there"
                                           : " is an older one"));
    return chosen;
  }

  // The same content for all names of a file.
  DiskState::Content content(int number, const std::string& path) {
    auto& known = contents_[number];
    if (known) return known;
    const Node& file = node(number);
    std::string bytes = file.bytes;
    const std::size_t unsynced = bytes.size() - file.synced;
    if (unsynced > 0 && rng_ != nullptr) {
      if (by_chance(*rng_, shorter_files_)) {
        bytes.resize(file.synced + (by_chance(*rng_, 50) ? 0 : at_most(*rng_, unsynced)));
      }
      const int holes = punch(bytes, file.synced);
      if (bytes.size() < file.bytes.size() || holes > 0) {
        lose(str(path, " has ", bytes.size() - file.synced, " of ", unsynced,
                 " unsynced bytes, with ", holes, " blocks of zeros"));
      }
    }
    known = std::make_shared<const std::string>(std::move(bytes));
    return known;
  }

  int punch(std::string& bytes, std::size_t synced) {
    int holes = 0;
    for (std::size_t at = synced; at < bytes.size();) {
      const std::size_t end = std::min(bytes.size(), (at / kBlock + 1) * kBlock);
      if (by_chance(*rng_, holes_)) {
        std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                  bytes.begin() + static_cast<std::ptrdiff_t>(end), '\0');
        ++holes;
      }
      at = end;
    }
    return holes;
  }

  const std::vector<Node>& nodes_;
  SplitMix64* rng_;
  int older_names_ = 0, shorter_files_ = 0, holes_ = 0;  ///< probabilities in percent
  std::map<int, DiskState::Content> contents_;
  DiskState state_;
};

DiskState Disk::after_cut(SplitMix64& rng) const { return Cut(nodes_, &rng).state(); }
DiskState Disk::now() const { return Cut(nodes_, nullptr).state(); }

// ── The recorder ──

Recorder::Recorder(fs::path top, std::function<bool(const std::string&)> forgets)
    : top_(std::move(top)), forgets_(std::move(forgets)), disk_(top_) {
  watcher() = this;
}

Recorder::~Recorder() { watcher() = nullptr; }

bool Recorder::is_ours(const fs::path& path) const {
  return path.string().starts_with(top_.string() + "/") || path == top_;
}

void Recorder::take() { moments_.push_back({disk_, step_, finished_}); }

void Recorder::promise(std::int64_t step, bool finished) {
  step_ = step;
  finished_ = finished;
  take();
}

void Recorder::opened(const char* path, int flags, int fd) {
  open_.erase(fd);
  if (!is_ours(path)) return;
  int node = disk_.find(path);
  if (node == Disk::kNone) {
    node = disk_.make(/*folder=*/false);
    disk_.name(path, node);
    take();
  } else if ((flags & O_TRUNC) != 0) {
    throw std::logic_error("the model of a disk knows only files that grow");
  }
  open_[fd] = {node, fs::relative(path, top_)};
}

void Recorder::wrote(int fd, std::string_view bytes) {
  if (!open_.contains(fd)) return;
  disk_.append(open_[fd].node, bytes);
  take();
}

void Recorder::synced(int fd) {
  if (!open_.contains(fd)) return;
  const auto& [node, path] = open_[fd];
  const auto target = target_of_temporary(path);
  const std::string named = target.empty() ? path : target.string();
  synced_paths_.insert(named);
  if (forgets_ && forgets_(named)) return;
  disk_.sync(node);
  take();
}

void Recorder::renamed(const char* from, const char* to) {
  if (!is_ours(to)) return;
  disk_.name(to, disk_.find(from));
  disk_.name(from, Disk::kNone);
  take();
}

void Recorder::linked(const char* from, const char* to) {
  if (!is_ours(to)) return;
  disk_.name(to, disk_.find(from));
  take();
}

void Recorder::removed(const char* path) {
  if (!is_ours(path)) return;
  disk_.name(path, Disk::kNone);
  take();
}

void Recorder::made_folder(const char* path) {
  if (!is_ours(path)) return;
  disk_.name(path, disk_.make(/*folder=*/true));
  take();
}

}  // namespace gan::faults
