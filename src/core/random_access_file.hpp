#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "core/file.hpp"

namespace gan {

/// A regular file that is read here and there, without ever being held whole. Errors name it. It
/// is read with pread, not mapped: a file that is cut short meanwhile is an Error and no SIGBUS,
/// and its pages are not the process's memory. Any number of threads may read.
class RandomAccessFile {
 public:
  explicit RandomAccessFile(const std::filesystem::path& path);

  /// A new file without a name, gone with the object, for `bytes` that are to be appended. It
  /// lies in $TMPDIR or else in /var/tmp, since /tmp is often memory. Error where there is no
  /// room for as many.
  static RandomAccessFile scratch(std::uint64_t bytes);

  ~RandomAccessFile();
  RandomAccessFile(RandomAccessFile&& other) noexcept;
  RandomAccessFile(const RandomAccessFile&) = delete;
  RandomAccessFile& operator=(const RandomAccessFile&) = delete;

  /// What messages call it.
  const std::string& name() const { return name_; }
  /// In bytes; of a file that was there, when it was opened.
  std::uint64_t size() const { return size_; }

  /// Fills `out` from `offset` on; Error where the file ends before.
  void read(std::uint64_t offset, std::span<std::uint8_t> out) const;
  /// Says that these bytes are read soon, so that the system may fetch them meanwhile.
  void will_need(std::uint64_t offset, std::uint64_t count) const;
  /// Adds to the end of a scratch file.
  void append(ByteView bytes);

 private:
  RandomAccessFile(int fd, std::string name, std::uint64_t size);

  int fd_;
  std::string name_;
  std::uint64_t size_;
};

}  // namespace gan
