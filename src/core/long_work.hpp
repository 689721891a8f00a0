#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <string_view>

namespace gan {

/// Thrown by whoever watches long work to end it early. No Error: nothing is wrong.
struct Stopped : std::exception {
  const char* what() const noexcept override { return "stopped"; }
};

/// Is told what is done, and how much of it: `done` of `total`.
using LongWorkWatcher =
    std::function<void(std::string_view what, std::int64_t done, std::int64_t total)>;

/// Reports progress: long work calls this several times a second, on the thread that started it.
/// The watcher may throw to end the work, which must then leave nothing half done.
void tell_long_work(std::string_view what, std::int64_t done, std::int64_t total);

/// Sets the process's watcher of long work while it lives. Not nested.
class WatchLongWork {
 public:
  explicit WatchLongWork(LongWorkWatcher watcher);
  ~WatchLongWork();
  WatchLongWork(const WatchLongWork&) = delete;
  WatchLongWork& operator=(const WatchLongWork&) = delete;
};

}  // namespace gan
