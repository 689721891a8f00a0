#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "core/file.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "gan_train/core/error.hpp"
#include "temp_folder.hpp"

namespace gan {

/// The exit code and output of a command line.
struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

/// Runs a command line, split at blanks, in this process.
inline Outcome call(const std::string& line) {
  log::set_level(log::Level::kInfo);
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Outcome outcome;
  std::string error;
  try {
    outcome.code = run_program(split(trim(line), ' '));
  } catch (const Error& thrown) {
    outcome.code = thrown.exit_code();
    error = thrown.what();
  }
  std::fflush(stdout);
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.err = testing::internal::GetCapturedStderr() + error;
  return outcome;
}

/// Checks that a call prints only an error, which contains each of `says`.
inline void expect_refused(const std::string& line, const std::vector<std::string>& says,
                           int code = Error::kUsage) {
  const Outcome outcome = call(line);
  EXPECT_EQ(outcome.code, code) << line << '\n' << outcome.err;
  EXPECT_EQ(outcome.out, "") << line;
  EXPECT_EQ(outcome.err.find('\n'), std::string::npos) << line << '\n' << outcome.err;
  for (const auto& words : says) {
    EXPECT_NE(outcome.err.find(words), std::string::npos)
        << line << "\nwanted: " << words << "\nsaid: " << outcome.err;
  }
}

inline void expect_says(const std::string& text, const std::string& words) {
  EXPECT_NE(text.find(words), std::string::npos) << "wanted: " << words << "\nsaid: " << text;
}

/// A test in its own folder, where recipes are found by name.
class Call : public testing::Test {
 public:
  ~Call() override { std::filesystem::current_path(before_); }

 protected:
  Call() : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder_.path());
    std::filesystem::create_symlink(SOURCE_DIR "/configs", "configs");
  }

  static std::string text_of(const std::string& path) {
    return std::string(as_text(read_file(path)));
  }
  /// Number of files in the folder, not counting the recipes.
  static std::size_t files() {
    using Iterator = std::filesystem::directory_iterator;
    return static_cast<std::size_t>(std::distance(Iterator("."), Iterator())) - 1;
  }

 private:
  std::filesystem::path before_;
  TempFolder folder_;
};

struct Refusal {
  const char* flags;
  std::vector<std::string> says;
};

class RefusedCall : public Call {
 protected:
  static void refuse(const std::string& command, const std::vector<Refusal>& calls) {
    for (const auto& [flags, says] : calls) expect_refused(command + " " + flags, says);
  }
};

}  // namespace gan
