#include "core/long_work.hpp"

#include <utility>

namespace gan {
namespace {

LongWorkWatcher& watcher_of_process() {
  static LongWorkWatcher watcher;
  return watcher;
}

}  // namespace

void report_long_work(std::string_view what, std::int64_t done, std::int64_t total) {
  if (const auto& watcher = watcher_of_process()) watcher(what, done, total);
}

WatchLongWork::WatchLongWork(LongWorkWatcher watcher) { watcher_of_process() = std::move(watcher); }
WatchLongWork::~WatchLongWork() { watcher_of_process() = nullptr; }

}  // namespace gan
