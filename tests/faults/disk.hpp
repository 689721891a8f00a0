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

/// A possible state of a disk after a power cut.
struct DiskState {
  using Content = std::shared_ptr<const std::string>;  ///< null: a folder
  std::map<std::string, Content> entries;              ///< by path; folders before their contents
  std::string lost;                                    ///< description of what was lost

  void write_to(const std::filesystem::path& folder) const;
  /// Equal for states that differ only in files that are never read.
  std::string digest() const;
};

/// An in-memory file system that knows what is certain to be on the disk. It guarantees less than
/// any real one: a file's bytes are certain once the file is synced, the names in a folder once the
/// folder is. Until then each block of 64 bytes, each file's size and each name may independently
/// be as at the last sync or at any time since.
class Disk {
 public:
  static constexpr int kNone = -1;
  static constexpr int kTop = 0;

  explicit Disk(const std::filesystem::path& top);  ///< its contents are on the disk

  int find(const std::filesystem::path& path) const;  ///< kNone if it does not exist
  int make(bool folder);
  void name(const std::filesystem::path& path, int node);  ///< kNone: removes the name
  void append(int node, std::string_view bytes);
  void sync(int node);

  /// A random one of the states that a power cut may leave.
  DiskState after_cut(SplitMix64& rng) const;
  /// The state that programs see.
  DiskState now() const;

 private:
  struct Node {
    bool is_folder = false;
    std::string bytes;
    std::size_t synced = 0;                         ///< how many of the bytes
    std::map<std::string, std::vector<int>> names;  ///< nodes of each name since the last sync
  };
  class Cut;

  std::filesystem::path top_;
  std::vector<Node> nodes_;
};

/// A moment of a run, and what had been guaranteed by then.
struct Moment {
  Disk disk;
  std::int64_t step = -1;  ///< step of the last saved state; -1: none
  bool finished = false;
};

/// During its lifetime, records how the files below a folder reach the disk, moment by moment.
class Recorder : public FileWatcher {
 public:
  /// `forgets` returns whether syncs of a file or folder, by its path below `top`, have no effect.
  Recorder(std::filesystem::path top, std::function<bool(const std::string&)> forgets);
  ~Recorder() override;
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void promise(std::int64_t step, bool finished);
  const std::vector<Moment>& moments() const { return moments_; }
  /// The synced files and folders, with temporaries under their targets' names.
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
