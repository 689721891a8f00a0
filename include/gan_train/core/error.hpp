#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace gan {

/// The project's only exception type. The message is one line (or one line per mistake in a
/// config): what is wrong, where, and what to do.
class Error : public std::runtime_error {
 public:
  /// Exit code 1: the run failed.
  static constexpr int kFailed = 1;
  /// Exit code 2: a wrong command line or config.
  static constexpr int kUsage = 2;

  explicit Error(const std::string& what, int exit_code = kFailed)
      : std::runtime_error(what), exit_code_(exit_code) {}

  int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

/// Concatenates its arguments as an ostream would print them.
template <typename... Args>
std::string str(const Args&... args) {
  std::ostringstream out;
  (out << ... << args);
  return out.str();
}

/// An Error for a mistake in the command line or the config (exit code 2).
template <typename... Args>
Error usage_error(const Args&... args) {
  return Error(gan::str(args...), Error::kUsage);
}

/// An Error for a failed run (exit code 1).
template <typename... Args>
Error run_error(const Args&... args) {
  return Error(gan::str(args...), Error::kFailed);
}

}  // namespace gan
