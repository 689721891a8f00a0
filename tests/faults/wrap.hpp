#pragma once

#include <cstdint>
#include <string_view>

#include "gan_train/core/random.hpp"

namespace gan::faults {

// The linker puts these tests between the library and its calls of open, write, fsync, rename and
// stream_seed (see CMakeLists.txt), so the tested code is the shipped code, unaware of the tests.
// No real power cut happens here, so fsync does not wait for the real disk.

/// The effect on one call of write, fsync or rename.
enum class Fault : std::uint8_t {
  kNone,
  kError,       ///< the call fails with Plan::error
  kShortWrite,  ///< a write writes only half; other calls are unaffected
  kKill         ///< a write writes half, other calls do nothing, and the process is killed
};

struct Plan {
  Fault fault = Fault::kNone;
  std::int64_t at = 0;      ///< index of the call, from 0
  int error = 0;            ///< errno of kError
  bool saves_only = false;  ///< count only calls made while a state is saved
  std::int64_t calls = 0;   ///< calls counted so far
  bool struck = false;      ///< whether the call was reached
};

/// The current plan.
Plan& plan();

/// Whether a state is being saved: from the creation of its temporary file until its folder is
/// synced. Stored in memory shared with child processes.
bool in_save();
void clear_in_save();

/// Notified of each successful call that changes files.
class FileWatcher {
 public:
  virtual ~FileWatcher() = default;
  virtual void opened(const char* path, int flags, int fd) = 0;
  virtual void wrote(int fd, std::string_view bytes) = 0;
  virtual void synced(int fd) = 0;
  virtual void renamed(const char* from, const char* to) = 0;
  virtual void linked(const char* from, const char* to) = 0;
  virtual void removed(const char* path) = 0;
  virtual void made_folder(const char* path) = 0;
};

/// The current watcher; null: none.
FileWatcher*& watcher();

/// Temporarily makes this a build without plots, which take most of a short run's time.
void leave_out_plots(bool left_out);

/// Makes a stream return wrong numbers, as if its position had not been saved, until
/// remember_streams().
void forget_stream(Stream stream);
void remember_streams();

}  // namespace gan::faults
