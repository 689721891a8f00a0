#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <string_view>

namespace gan {

/// Thrown by a watcher to stop long work early. Not an Error: nothing is wrong.
struct Stopped : std::exception {
  const char* what() const noexcept override { return "stopped"; }
};

/// Called with the name of the work and its progress: `done` of `total`.
using LongWorkWatcher =
    std::function<void(std::string_view what, std::int64_t done, std::int64_t total)>;

/// Reports progress. Long work calls this several times per second, on the thread that started it.
/// The watcher may throw to stop the work, which must then leave nothing half done.
void report_long_work(std::string_view what, std::int64_t done, std::int64_t total);

/// Sets the process's watcher of long work during its lifetime. Not nested.
class WatchLongWork {
 public:
  explicit WatchLongWork(LongWorkWatcher watcher);
  ~WatchLongWork();
  WatchLongWork(const WatchLongWork&) = delete;
  WatchLongWork& operator=(const WatchLongWork&) = delete;
};

}  // namespace gan
