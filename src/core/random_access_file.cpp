#include "core/random_access_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "gan_train/core/error.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void throw_code(const std::string& name, const char* step, int code) {
  throw run_error(name, ": cannot ", step, ": ", std::strerror(code));
}

// Non-blocking, since opening a named pipe would wait for a writer.
int open_to_read(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) throw_code(path.string(), "open", errno);
  return fd;
}

fs::path scratch_folder() {
  const char* folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/var/tmp";
}

[[noreturn]] void throw_no_room(const fs::path& folder, std::uint64_t bytes, int code) {
  throw run_error(folder.string(), ": cannot make a temporary file of ", (bytes >> 20) + 1,
                  " MiB: ", std::strerror(code), "; set TMPDIR to a folder with room");
}

}  // namespace

RandomAccessFile::RandomAccessFile(int fd, std::string name, std::uint64_t size)
    : fd_(fd), name_(std::move(name)), size_(size) {
  // Reads are scattered: reading ahead would be wasted.
  ::posix_fadvise(fd_, 0, 0, POSIX_FADV_RANDOM);
}

RandomAccessFile::RandomAccessFile(const fs::path& path)
    : RandomAccessFile(open_to_read(path), path.string(), 0) {
  struct stat info{};
  if (::fstat(fd_, &info) != 0) throw_code(name_, "read", errno);
  if (!S_ISREG(info.st_mode)) throw run_error(name_, ": is not a regular file");
  size_ = static_cast<std::uint64_t>(info.st_size);
}

RandomAccessFile RandomAccessFile::scratch(std::uint64_t bytes) {
  const fs::path folder = scratch_folder();
  std::string path = (folder / "gan-train.XXXXXX").string();
  const int fd = ::mkostemp(path.data(), O_CLOEXEC);
  if (fd < 0) throw_no_room(folder, bytes, errno);
  ::unlink(path.c_str());
  RandomAccessFile file(fd, "a temporary file in " + folder.string(), 0);
  // Checked now, before hours of decoding. If the check is unsupported, a write will fail later.
  const int code = ::posix_fallocate(fd, 0, static_cast<off_t>(bytes));
  if (code == ENOSPC || code == EFBIG || code == EDQUOT) throw_no_room(folder, bytes, code);
  return file;
}

RandomAccessFile::~RandomAccessFile() {
  if (fd_ >= 0) ::close(fd_);
}

RandomAccessFile::RandomAccessFile(RandomAccessFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), name_(std::move(other.name_)), size_(other.size_) {}

void RandomAccessFile::read(std::uint64_t offset, std::span<std::uint8_t> out) const {
  while (!out.empty()) {
    const ssize_t n = ::pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_code(name_, "read", errno);
    if (n == 0) {
      throw run_error(name_, ": ends at or before offset ", offset, ", where ", out.size(),
                      " more bytes were expected; the file became shorter while it was read");
    }
    offset += static_cast<std::uint64_t>(n);
    out = out.subspan(static_cast<std::size_t>(n));
  }
}

void RandomAccessFile::prefetch(std::uint64_t offset, std::uint64_t count) const {
  ::posix_fadvise(fd_, static_cast<off_t>(offset), static_cast<off_t>(count), POSIX_FADV_WILLNEED);
}

void RandomAccessFile::append(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_code(name_, "write", errno);
    size_ += static_cast<std::uint64_t>(n);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

}  // namespace gan
