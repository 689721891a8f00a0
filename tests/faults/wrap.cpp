#include "wrap.hpp"

#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <dlfcn.h>
#include <optional>
#include <string_view>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

namespace gan::faults {
namespace {

std::optional<Stream> forgotten;
bool no_plots = false;

enum class Phase : int { kIdle, kWriting, kRenamed };

Phase& phase() {
  static auto* shared = static_cast<Phase*>(
      mmap(nullptr, sizeof(Phase), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  return *shared;
}

// The fault to inject into this call.
Fault next() {
  Plan& p = plan();
  if (p.fault == Fault::kNone || (p.saves_only && !in_save()) || p.calls++ != p.at) {
    return Fault::kNone;
  }
  p.struck = true;
  return p.fault;
}

template <typename Call>
int meet(Call call) {
  switch (next()) {
    case Fault::kError:
      errno = plan().error;
      return -1;
    case Fault::kKill:
      raise(SIGKILL);
      break;
    default:
      break;
  }
  return call();
}

// Notifies the watcher of a successful call.
template <typename... Parameters, typename... Arguments>
void tell(bool succeeded, void (FileWatcher::*what)(Parameters...), Arguments... arguments) {
  if (succeeded && watcher() != nullptr) (watcher()->*what)(arguments...);
}

// The function of that name in the C library.
template <typename Function>
Function* in_libc(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

Plan& plan() {
  static Plan instance;
  return instance;
}

FileWatcher*& watcher() {
  static FileWatcher* instance = nullptr;
  return instance;
}

bool in_save() { return phase() != Phase::kIdle; }
void clear_in_save() { phase() = Phase::kIdle; }

void leave_out_plots(bool left_out) { no_plots = left_out; }

void forget_stream(Stream stream) { forgotten = stream; }
void remember_streams() { forgotten.reset(); }

}  // namespace gan::faults

using namespace gan::faults;

// The linker's --wrap requires these names.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {

int __real_open(const char* path, int flags, ...);
ssize_t __real_write(int fd, const void* bytes, size_t count);
int __real_rename(const char* from, const char* to);
bool __real__ZN3gan8can_plotEv();
std::uint64_t __real__ZN3gan11stream_seedEmNS_6StreamEm(std::uint64_t, gan::Stream, std::uint64_t);

int __wrap_open(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const int mode = va_arg(list, int);
  va_end(list);
  const int fd = __real_open(path, flags, mode);
  if (std::string_view(path).find("last.pt.tmp") != std::string_view::npos) {
    phase() = Phase::kWriting;
  }
  tell(fd >= 0, &FileWatcher::opened, path, flags, fd);
  return fd;
}

ssize_t __wrap_write(int fd, const void* bytes, size_t count) {
  const Fault fault = next();
  if (fault == Fault::kError) {
    errno = plan().error;
    return -1;
  }
  const ssize_t written = __real_write(fd, bytes, fault == Fault::kNone ? count : (count + 1) / 2);
  if (fault == Fault::kKill) raise(SIGKILL);
  if (written > 0) {
    tell(true, &FileWatcher::wrote, fd,
         std::string_view(static_cast<const char*>(bytes), static_cast<std::size_t>(written)));
  }
  return written;
}

int __wrap_fsync(int fd) {
  const int result = meet([] { return 0; });
  if (phase() == Phase::kRenamed) phase() = Phase::kIdle;
  tell(result == 0, &FileWatcher::synced, fd);
  return result;
}

int __wrap_rename(const char* from, const char* to) {
  const int result = meet([&] { return __real_rename(from, to); });
  if (std::string_view(to).ends_with("last.pt")) phase() = Phase::kRenamed;
  tell(result == 0, &FileWatcher::renamed, from, to);
  return result;
}

bool __wrap__ZN3gan8can_plotEv() { return !no_plots && __real__ZN3gan8can_plotEv(); }

std::uint64_t __wrap__ZN3gan11stream_seedEmNS_6StreamEm(std::uint64_t seed, gan::Stream stream,
                                                        std::uint64_t index) {
  const std::uint64_t far = forgotten == stream ? std::uint64_t{1} << 40 : 0;
  return __real__ZN3gan11stream_seedEmNS_6StreamEm(seed, stream, index + far);
}
}
// NOLINTEND(bugprone-reserved-identifier)

// --wrap does not reach calls from inside std::filesystem's library, so these replace the functions
// of the C library.
extern "C" {

int link(const char* from, const char* to) noexcept {
  const int result = in_libc<int(const char*, const char*)>("link")(from, to);
  tell(result == 0, &FileWatcher::linked, from, to);
  return result;
}

int unlink(const char* path) noexcept {
  const int result = in_libc<int(const char*)>("unlink")(path);
  tell(result == 0, &FileWatcher::removed, path);
  return result;
}

int remove(const char* path) noexcept {
  const int result = in_libc<int(const char*)>("remove")(path);
  tell(result == 0, &FileWatcher::removed, path);
  return result;
}

int mkdir(const char* path, mode_t mode) noexcept {
  const int result = in_libc<int(const char*, mode_t)>("mkdir")(path, mode);
  tell(result == 0, &FileWatcher::made_folder, path);
  return result;
}
}
