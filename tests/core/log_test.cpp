#include "gan_train/core/log.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <regex>
#include <vector>

#include "message.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

class Log : public testing::Test {
 protected:
  void TearDown() override { log::set_level(log::Level::kInfo); }

  // What `action` shows on the terminal, without colours.
  template <typename Action>
  std::string shown(Action action) const {
    testing::internal::CaptureStderr();
    action();
    const auto text = testing::internal::GetCapturedStderr();
    return std::regex_replace(text, std::regex("\x1b\\[[0-9;]*m"), "");
  }

  // The lines of the log file, without their dates.
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    std::ifstream file(path_);
    const std::regex date("^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} ");
    for (std::string line; std::getline(file, line);) {
      EXPECT_TRUE(std::regex_search(line, date)) << line;
      all.push_back(std::regex_replace(line, date, ""));
    }
    return all;
  }

  TempFolder folder_;
  std::filesystem::path path_ = folder_ / "train.log";
};

void log_one_of_each() {
  log::debug("d");
  log::info("i");
  log::file_only("f");
  log::warning("w");
  log::error("e");
}

TEST_F(Log, ShowsWhatTheLevelAllows) {
  EXPECT_EQ(shown(log_one_of_each), "i\nwarning: w\nerror: e\n");
  log::set_level(log::parse_level("debug"));
  EXPECT_EQ(shown(log_one_of_each), "d\ni\nwarning: w\nerror: e\n");
  log::set_level(log::parse_level("error"));
  EXPECT_EQ(shown(log_one_of_each), "error: e\n");
  log::set_level(log::parse_level("off"));
  EXPECT_EQ(shown(log_one_of_each), "");
  EXPECT_EQ(usage_message_of([] { log::parse_level("loud"); }),
            "unknown log level 'loud'; known: debug, info, warning, error, off");
}

TEST_F(Log, TheFileGetsWhatTheTerminalHides) {
  log::set_level(log::Level::kOff);
  log::open_file(path_);
  EXPECT_EQ(shown(log_one_of_each), "");
  EXPECT_EQ(lines(), (std::vector<std::string>{"info i", "info f", "warning w", "error e"}));
  log::set_level(log::Level::kDebug);
  log::open_file(path_);
  shown(log_one_of_each);
  EXPECT_EQ(lines().size(), 9U);  // four of before, and debug's too
}

TEST_F(Log, ALiveLineComesBackBelowMessages) {
  EXPECT_EQ(shown([] {
              log::live_line("10 %");
              log::info("i");
              log::live_line("");
              log::live_line("");
            }),
            "\r\x1b[K10 %\r\x1b[Ki\n\r\x1b[K10 %\r\x1b[K");
}

TEST_F(Log, AFileThatCannotBeOpenedIsAnError) {
  const auto path = folder_ / "no" / "train.log";
  EXPECT_EQ(message_of([&] { log::open_file(path); }),
            path.string() + ": cannot open: No such file or directory");
}

TEST_F(Log, AFullDiskIsOneWarning) {
  log::open_file("/dev/full");
  EXPECT_EQ(shown([] {
              log::file_only("f");
              log::info("i");
              log::file_only("f");
              log::info("j");
            }),
            "warning: /dev/full: cannot write: No space left on device; nothing more is logged "
            "there\ni\nj\n");
  log::open_file(path_);
  shown([] { log::info("again"); });
  EXPECT_EQ(lines(), std::vector<std::string>{"info again"});
}

}  // namespace
}  // namespace gan
