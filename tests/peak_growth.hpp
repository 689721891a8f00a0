#pragma once

#include <climits>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gan {

/// Whether peak_growth is meaningful: with a sanitizer, its own memory would be counted too.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kCountsMemory = false;
#else
inline constexpr bool kCountsMemory = true;
#endif

/// Runs `work` in a child process; returns the growth of its peak memory in MiB, LONG_MAX if
/// unknown.
template <typename Work>
long peak_growth(const Work& work) {
  ::malloc_trim(0);  // memory freed earlier would hide growth
  int ends[2];
  if (::pipe(ends) != 0) return LONG_MAX;
  const pid_t child = ::fork();
  if (child == 0) {
    // If a limit is broken, this test must fail rather than exhaust the machine.
    const struct rlimit most = {1U << 30, 1U << 30};
    ::setrlimit(RLIMIT_AS, &most);
    struct rusage before{};
    struct rusage after{};
    ::getrusage(RUSAGE_SELF, &before);
    try {
      work();
    } catch (...) {
      ::_exit(1);
    }
    ::getrusage(RUSAGE_SELF, &after);
    const long grown = (after.ru_maxrss - before.ru_maxrss) / 1024;
    ::_exit(::write(ends[1], &grown, sizeof grown) == sizeof grown ? 0 : 1);
  }
  long grown = LONG_MAX;
  ::close(ends[1]);
  if (::read(ends[0], &grown, sizeof grown) != sizeof grown) grown = LONG_MAX;
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return grown;
}

}  // namespace gan
