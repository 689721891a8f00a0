#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "core/file.hpp"

namespace gan {

/// A regular file for reads at any offset, never held in memory as a whole. Errors name it. It uses
/// pread instead of a memory map: if the file is truncated meanwhile, that is an Error, not SIGBUS,
/// and its pages do not count as the process's memory. Safe to read from any number of threads.
class RandomAccessFile {
 public:
  explicit RandomAccessFile(const std::filesystem::path& path);

  /// Creates an unnamed temporary file, deleted with the object, to which `bytes` will be appended.
  /// It is in $TMPDIR or else /var/tmp, since /tmp is often in memory. Throws an Error if the disk
  /// has not enough room.
  static RandomAccessFile scratch(std::uint64_t bytes);

  ~RandomAccessFile();
  RandomAccessFile(RandomAccessFile&& other) noexcept;
  RandomAccessFile(const RandomAccessFile&) = delete;
  RandomAccessFile& operator=(const RandomAccessFile&) = delete;

  /// The name used in messages.
  const std::string& name() const { return name_; }
  /// Size in bytes; for an existing file, its size when opened.
  std::uint64_t size() const { return size_; }

  /// Fills `out` from `offset`; throws an Error if the file ends too early.
  void read(std::uint64_t offset, std::span<std::uint8_t> out) const;
  /// Tells the system that these bytes will be read soon, so that it can prefetch them.
  void prefetch(std::uint64_t offset, std::uint64_t count) const;
  /// Appends to a scratch file.
  void append(ByteView bytes);

 private:
  RandomAccessFile(int fd, std::string name, std::uint64_t size);

  int fd_;
  std::string name_;
  std::uint64_t size_;
};

}  // namespace gan
