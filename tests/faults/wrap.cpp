#include "wrap.hpp"

#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <optional>
#include <string_view>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

namespace gan::faults {
namespace {

std::optional<Stream> forgotten;

enum class Phase : int { kIdle, kWriting, kRenamed };

Phase& phase() {
  static auto* shared = static_cast<Phase*>(
      mmap(nullptr, sizeof(Phase), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  return *shared;
}

// The fault that this call is to meet.
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

}  // namespace

Plan& plan() {
  static Plan instance;
  return instance;
}

bool in_save() { return phase() != Phase::kIdle; }
void clear_in_save() { phase() = Phase::kIdle; }

void forget_stream(Stream stream) { forgotten = stream; }
void remember_streams() { forgotten.reset(); }

}  // namespace gan::faults

using namespace gan::faults;

// The names are the linker's, of its --wrap.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {

int __real_open(const char* path, int flags, ...);
ssize_t __real_write(int fd, const void* bytes, size_t count);
int __real_fsync(int fd);
int __real_rename(const char* from, const char* to);
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
  return fd;
}

ssize_t __wrap_write(int fd, const void* bytes, size_t count) {
  const Fault fault = next();
  if (fault == Fault::kError) {
    errno = plan().error;
    return -1;
  }
  if (fault == Fault::kNone) return __real_write(fd, bytes, count);
  const ssize_t half = __real_write(fd, bytes, (count + 1) / 2);
  if (fault == Fault::kKill) raise(SIGKILL);
  return half;
}

int __wrap_fsync(int fd) {
  const int result = meet([&] { return __real_fsync(fd); });
  if (phase() == Phase::kRenamed) phase() = Phase::kIdle;
  return result;
}

int __wrap_rename(const char* from, const char* to) {
  const int result = meet([&] { return __real_rename(from, to); });
  if (std::string_view(to).ends_with("last.pt")) phase() = Phase::kRenamed;
  return result;
}

std::uint64_t __wrap__ZN3gan11stream_seedEmNS_6StreamEm(std::uint64_t seed, gan::Stream stream,
                                                        std::uint64_t index) {
  const std::uint64_t far = forgotten == stream ? std::uint64_t{1} << 40 : 0;
  return __real__ZN3gan11stream_seedEmNS_6StreamEm(seed, stream, index + far);
}
}
// NOLINTEND(bugprone-reserved-identifier)
