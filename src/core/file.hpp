#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gan_train/core/error.hpp"

namespace gan {

/// A write failed because the disk is full, or the user's quota is used up.
class DiskFull : public Error {
 public:
  using Error::Error;
};

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The path, with a leading "~" or "~/" replaced by the home folder, as in a shell. Throws an Error
/// (exit code 2) if the environment names no home folder, or if the path begins with $HOME, which a
/// shell would have replaced.
std::string expand_home(std::string_view path);

/// Writes a file completely or not at all. Bytes go to a temporary file beside `path`; commit()
/// syncs it, renames it into place and syncs the folder (without `durable`, only renames: for one
/// of many files that can be made again). Destroyed without commit(), it leaves no trace. Errors
/// name the file, the step and the system's reason.
class AtomicFile {
 public:
  explicit AtomicFile(const std::filesystem::path& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(ByteView bytes);
  void write(std::string_view text) { write(as_bytes(text)); }
  void commit(bool durable = true);

 private:
  [[noreturn]] void fail(std::string_view step) const;
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int fd_ = -1;
};

/// Writes a whole file atomically.
void write_file(const std::filesystem::path& path, ByteView bytes, bool durable = true);
inline void write_file(const std::filesystem::path& path, std::string_view text) {
  write_file(path, as_bytes(text));
}

/// Reads a whole regular file of at most `limit` bytes.
Bytes read_file(const std::filesystem::path& path, std::uint64_t limit = UINT64_MAX);

/// Appends text lines or records to a file, each with one write(2), so that a crash can truncate at
/// most the last one.
class AppendFile {
 public:
  explicit AppendFile(std::filesystem::path path);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;
  /// Appends `text` and a newline.
  void line(std::string_view text);
  void add(ByteView record);
  /// Makes all additions durable, as AtomicFile::commit does.
  void sync();

 private:
  std::filesystem::path path_;
  int fd_ = -1;
};

/// Locks a folder as long as the object lives; the system releases the lock however the process
/// ends. Throws an Error that names the process that holds the lock.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  /// Whether a process holds the lock. Changes nothing.
  static bool is_held(const std::filesystem::path& folder);

  /// The name of the locked file in the folder.
  static constexpr const char* kName = ".lock";

 private:
  std::filesystem::path path_;
  int fd_ = -1;
};

/// The file that `path` was to become, if it is the temporary file of a process (see AtomicFile);
/// empty otherwise.
std::filesystem::path target_of_temporary(const std::filesystem::path& path);

/// Keeps the old contents of `path` as `other` when `path` is replaced. Constructed before the
/// replacement and committed after it, so that `other` keeps its own contents until the new file is
/// in place. Does nothing if `path` does not exist or the file system has no hard links. After a
/// power cut `other` may still hold older bytes.
class BackupFile {
 public:
  BackupFile(const std::filesystem::path& path, const std::filesystem::path& other);
  ~BackupFile();
  BackupFile(const BackupFile&) = delete;
  BackupFile& operator=(const BackupFile&) = delete;
  void commit();

 private:
  std::filesystem::path other_;
  std::filesystem::path temporary_;
};

/// Creates a folder and its parents, and syncs them.
void make_folders(const std::filesystem::path& path);

/// Syncs the entries of a folder, so that files removed from it stay removed.
void sync_folder(const std::filesystem::path& folder);

/// The extension of a file's name in lower case: ".npy" for "a.NPY".
std::string extension_of(const std::filesystem::path& path);

/// The text after the colon in the first line that starts with `key`, in a file such as
/// /proc/meminfo; "" if there is none.
std::string value_in(const std::filesystem::path& path, std::string_view key);

}  // namespace gan
