#pragma once

#include <cstdint>
#include <string_view>

#include "gan_train/core/random.hpp"

namespace gan::faults {

// The linker puts these tests between the library and its calls of open, write,
// fsync, rename and stream_seed (see CMakeLists.txt): the code under test is the
// one that ships, and knows nothing of it. No power is cut here, so fsync asks nothing
// of the real disk.

/// What happens at one call of write, fsync or rename.
enum class Fault : std::uint8_t {
  kNone,
  kError,       ///< the call fails with Plan::error
  kShortWrite,  ///< a write takes only half; other calls are left alone
  kKill         ///< half of a write is done, or nothing, and the process killed
};

struct Plan {
  Fault fault = Fault::kNone;
  std::int64_t at = 0;      ///< the number of the call, from 0
  int error = 0;            ///< errno of kError
  bool saves_only = false;  ///< count only calls made while a state is saved
  std::int64_t calls = 0;   ///< counted so far
  bool struck = false;      ///< whether the call was reached
};

/// The plan in force.
Plan& plan();

/// Whether a state is being saved: from the creation of its temporary until its
/// folder is synced. In memory that child processes share.
bool in_save();
void clear_in_save();

/// Is told of each call that changes files, once it has succeeded.
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

/// The one who is told; null: nobody.
FileWatcher*& watcher();

/// Makes this a build without plots, for a while: they take most of a short run's time.
void leave_out_plots(bool left_out);

/// Makes a stream give other numbers than it should, as if its position had not
/// been saved, until remember_streams().
void forget_stream(Stream stream);
void remember_streams();

}  // namespace gan::faults
