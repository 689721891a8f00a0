#include "core/file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

#include "core/random_access_file.hpp"
#include "core/text.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

// Separates the file's name from the process ID in the name of a temporary file.
constexpr std::string_view kTemporary = ".tmp";

[[noreturn]] void throw_errno(const fs::path& path, std::string_view step) {
  const int code = errno;
  const std::string what = str(path.string(), ": cannot ", step, ": ", std::strerror(code));
  if (code == ENOSPC || code == EDQUOT) throw DiskFull(what + "; free space");
  throw Error(what);
}

// Writes all of `bytes`; on an error, returns false with errno set.
bool write_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

// Repeats a call while signals interrupt it; true if it returned 0.
template <typename Call>
bool succeeds(Call call) {
  while (call() != 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

bool sync_fd(int fd) {
  return succeeds([&] { return ::fsync(fd); });
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

// Syncs the entries of a folder, if the file system supports it; false after an error.
bool sync_names_in(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return true;
  const bool synced = sync_fd(fd) || errno == EINVAL || errno == ENOTSUP;
  const int code = errno;
  ::close(fd);
  errno = code;
  return synced;
}

fs::path temporary_of(const fs::path& path) {
  return path.string() + std::string(kTemporary) + std::to_string(::getpid());
}

// Renames `from` to `to`; if `durable`, also syncs the folder.
void replace_file(const fs::path& from, const fs::path& to, bool durable) {
  if (!succeeds([&] { return ::rename(from.c_str(), to.c_str()); })) {
    throw_errno(to, "put in place (rename)");
  }
  if (durable && !sync_names_in(folder_of(to))) throw_errno(to, "write (fsync of its folder)");
}

// The path that a rename replaces, with links resolved. Throws an Error if it exists and is not a
// regular file.
fs::path replaceable(const fs::path& path) {
  std::error_code code;
  const fs::path target = fs::is_symlink(path, code) ? fs::weakly_canonical(path, code) : path;
  if (fs::exists(target, code) && !fs::is_regular_file(target, code)) {
    throw run_error(path.string(), ": is not a regular file; name another to write to");
  }
  return target;
}

}  // namespace

std::string expand_home(std::string_view path) {
  if (path.starts_with("$HOME") || path.starts_with("${HOME}")) {
    throw usage_error(in_quotes(path),
                      ": only a shell replaces $HOME; write ~/ for the home folder");
  }
  if (path != "~" && !path.starts_with("~/")) return std::string(path);
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home != '/') {
    throw usage_error(in_quotes(path),
                      ": ~ means the home folder, but the variable HOME does not name one");
  }
  return home + std::string(path.substr(1));
}

AtomicFile::AtomicFile(const fs::path& path)
    : path_(replaceable(path)), temporary_(temporary_of(path_)) {
  fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd_ < 0) fail("create");
}

AtomicFile::~AtomicFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::fail(std::string_view step) const { throw_errno(path_, step); }

void AtomicFile::write(ByteView bytes) {
  if (!write_all(fd_, bytes)) fail("write");
}

void AtomicFile::commit(bool durable) {
  if (durable && !sync_fd(fd_)) fail("write (fsync)");
  replace_file(temporary_, path_, durable);
  ::close(std::exchange(fd_, -1));
}

void write_file(const fs::path& path, ByteView bytes, bool durable) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit(durable);
}

Bytes read_file(const fs::path& path, std::uint64_t limit) {
  const RandomAccessFile file(path);
  if (file.size() > limit) {
    throw run_error(file.name(), ": holds ", file.size(), " bytes; at most ", limit,
                    " are allowed");
  }
  Bytes bytes(file.size());
  file.read(0, bytes);
  return bytes;
}

AppendFile::AppendFile(fs::path path) : path_(std::move(path)) {
  fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (fd_ < 0) throw_errno(path_, "open");
}

AppendFile::~AppendFile() { ::close(fd_); }

void AppendFile::line(std::string_view text) {
  std::string whole(text);
  whole += '\n';
  add(as_bytes(whole));
}

void AppendFile::add(ByteView record) {
  if (!write_all(fd_, record)) throw_errno(path_, "write");
}

void AppendFile::sync() {
  if (!sync_fd(fd_)) throw_errno(path_, "write (fsync)");
}

FolderLock::FolderLock(const fs::path& folder) : path_(folder / kName) {
  fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd_ < 0) throw_errno(path_, "create");
  if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) {
    const std::string id = std::to_string(::getpid());
    if (::ftruncate(fd_, 0) == 0 && write_all(fd_, as_bytes(id))) return;
    const int code = errno;
    ::close(fd_);
    errno = code;
    throw_errno(path_, "write");
  }
  const int code = errno;
  char holder[32] = {};
  const bool known = ::read(fd_, holder, sizeof holder - 1) > 0;
  ::close(fd_);
  if (code != EWOULDBLOCK) {
    errno = code;
    throw_errno(path_, "lock");
  }
  throw usage_error(folder.string(), ": another run is writing there",
                    known ? " (process " + std::string(holder) + ")" : "",
                    "; wait for it, or choose another folder");
}

bool FolderLock::is_held(const fs::path& folder) {
  const int fd = ::open((folder / kName).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool held = ::flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(fd);
  return held;
}

// Keeps the file: after unlinking it, two other runs could lock the old file and a new one at once.
FolderLock::~FolderLock() { ::close(fd_); }

fs::path target_of_temporary(const fs::path& path) {
  const std::string name = path.filename().string();
  const auto mark = name.rfind(kTemporary);
  if (mark == std::string::npos) return {};
  const bool is_ours = is_digits(std::string_view(name).substr(mark + kTemporary.size()));
  return is_ours ? path.parent_path() / name.substr(0, mark) : fs::path();
}

BackupFile::BackupFile(const fs::path& path, const fs::path& other)
    : other_(other), temporary_(temporary_of(other)) {
  std::error_code code;  // ignored: without hard links, nothing is kept
  fs::remove(temporary_, code);
  fs::create_hard_link(path, temporary_, code);
}

BackupFile::~BackupFile() {
  std::error_code code;
  fs::remove(temporary_, code);
}

void BackupFile::commit() {
  std::error_code code;
  if (fs::exists(temporary_, code)) replace_file(temporary_, other_, /*durable=*/false);
}

void make_folders(const fs::path& path) {
  std::error_code code;
  const fs::path above = folder_of(path);
  if (!fs::exists(above, code)) make_folders(above);
  fs::create_directory(path, code);
  if (code) throw run_error(path.string(), ": cannot create the folder: ", code.message());
  if (!sync_names_in(above)) throw_errno(path, "create (fsync of the folder above it)");
}

void sync_folder(const fs::path& folder) {
  if (!sync_names_in(folder)) throw_errno(folder, "write (fsync)");
}

std::string extension_of(const fs::path& path) {
  std::string end = path.extension().string();
  std::ranges::transform(end, end.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  return end;
}

std::string value_in(const fs::path& path, std::string_view key) {
  std::ifstream lines(path);
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    if (line.starts_with(key) && colon != std::string::npos) {
      return std::string(trim(line.substr(colon + 1)));
    }
  }
  return "";
}

}  // namespace gan
