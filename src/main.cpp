#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <c10/util/Exception.h>

#include "cli/commands.hpp"
#include "core/log.hpp"
#include "gan_train/core/error.hpp"

namespace {

// Reports output that could not be written, as on a full disk. A pipe that its reader has closed is
// not an error.
void finish_output() {
  struct stat where{};
  const bool fails = std::fflush(stdout) != 0 || std::ferror(stdout) != 0;
  if (!fails || (fstat(STDOUT_FILENO, &where) == 0 && S_ISFIFO(where.st_mode))) return;
  throw gan::run_error("standard output: cannot be written; is the disk full?");
}

constexpr const char* kOutOfMemory =
    "out of memory; use a smaller batch, fewer images or narrower networks";

// A LibTorch error without its backtrace, on one line.
std::string first_line(const c10::Error& error) {
  const std::string what = error.what_without_backtrace();
  const bool no_memory = what.find("allocate memory") != std::string::npos ||
                         what.find("out of memory") != std::string::npos;
  return no_memory ? kOutOfMemory : "LibTorch: " + what.substr(0, what.find('\n'));
}

int fail(const std::string& what, int exit_code = gan::Error::kFailed) {
  gan::log::live_line("");
  gan::log::error(what);
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  // Makes these failed writes instead of fatal signals: a limit on file sizes, and a closed pipe.
  for (const int number : {SIGXFSZ, SIGPIPE}) std::signal(number, SIG_IGN);
  try {
    const int code = gan::run_program({argv, argv + argc});
    finish_output();
    return code;
  } catch (const gan::Error& error) {
    return fail(error.what(), error.exit_code());
  } catch (const c10::Error& error) {
    return fail(first_line(error));
  } catch (const std::bad_alloc&) {
    return fail(kOutOfMemory);
  } catch (const std::exception& error) {
    return fail(error.what());
  }
}
