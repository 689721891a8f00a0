#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gan_train/core/random.hpp"
#include "wrap.hpp"

namespace gan::faults {

/// What a power cut may leave on a disk.
struct DiskState {
  using Content = std::shared_ptr<const std::string>;  ///< null: a folder
  std::map<std::string, Content> entries;              ///< by path; folders before what they hold
  std::string lost;                                    ///< what is not as the run left it, in words

  void write_to(const std::filesystem::path& folder) const;
  /// The same for states that differ only in the content of files that are never read.
  std::string digest() const;
};

/// A file system in memory that knows what is certain to be on the disk. It promises less than
/// any real one: the bytes of a file are certain once the file is synced, the names in a folder
/// once the folder is. Until then each block of 64 bytes, each file's size and each name may be
/// as it was at the last sync or at any time since, whatever became of the others.
class Disk {
 public:
  static constexpr int kNone = -1;
  static constexpr int kTop = 0;

  explicit Disk(const std::filesystem::path& top);  ///< whose content is on the disk

  int find(const std::filesystem::path& path) const;  ///< kNone where there is no such thing
  int make(bool folder);
  void name(const std::filesystem::path& path, int node);  ///< kNone: nothing any more
  void append(int node, std::string_view bytes);
  void sync(int node);

  /// Of all that may be left, one at random.
  DiskState after_cut(SplitMix64& rng) const;
  /// What programs see.
  DiskState now() const;

 private:
  struct Node {
    bool is_folder = false;
    std::string bytes;
    std::size_t synced = 0;                         ///< how many of them
    std::map<std::string, std::vector<int>> names;  ///< what each stood for since the last sync
  };
  class Cut;

  std::filesystem::path top_;
  std::vector<Node> nodes_;
};

/// A moment of a run, and what had been promised until then.
struct Moment {
  Disk disk;
  std::int64_t step = -1;  ///< of the last state that was saved; -1: none was
  bool finished = false;
};

/// Takes down how the files below a folder come to the disk, moment by moment, as long as it
/// lives.
class Recorder : public FileWatcher {
 public:
  /// `forgets` says of a file or folder, by its path below `top`, that its syncs do nothing.
  Recorder(std::filesystem::path top, std::function<bool(const std::string&)> forgets);
  ~Recorder() override;
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void promise(std::int64_t step, bool finished);
  const std::vector<Moment>& moments() const { return moments_; }
  /// The files and folders that were synced, temporaries under the names of their targets.
  const std::set<std::string>& synced_paths() const { return synced_paths_; }

  void opened(const char* path, int flags, int fd) override;
  void wrote(int fd, std::string_view bytes) override;
  void synced(int fd) override;
  void renamed(const char* from, const char* to) override;
  void linked(const char* from, const char* to) override;
  void removed(const char* path) override;
  void made_folder(const char* path) override;

 private:
  struct Open {
    int node;
    std::string path;
  };
  bool is_ours(const std::filesystem::path& path) const;
  void take();

  std::filesystem::path top_;
  std::function<bool(const std::string&)> forgets_;
  Disk disk_;
  std::map<int, Open> open_;
  std::int64_t step_ = -1;
  bool finished_ = false;
  std::set<std::string> synced_paths_;
  std::vector<Moment> moments_;
};

}  // namespace gan::faults
