#include "core/log.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>

#include "core/text.hpp"
#include "message.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

constexpr std::string_view kDate = "0000-00-00 00:00:00.000 ";

std::string dated(const char* text) { return std::string(kDate) + text; }

// spdlog colours its output if tests are started from a terminal.
std::string without_colours(std::string text) {
  constexpr std::string_view kStart = "\x1b[";
  for (auto at = text.find(kStart); at != std::string::npos; at = text.find(kStart, at)) {
    const auto end = text.find_first_not_of("0123456789;", at + kStart.size());
    const bool colour = end != std::string::npos && text[end] == 'm';
    colour ? text.erase(at, end + 1 - at) : text.replace(at, 1, "^");
  }
  return text;
}

class Log : public testing::Test {
 protected:
  void TearDown() override { log::set_level(log::Level::kInfo); }

  // The terminal output of `action`.
  template <typename Action>
  std::string shown(Action action) const {
    testing::internal::CaptureStderr();
    action();
    return without_colours(testing::internal::GetCapturedStderr());
  }

  // The lines of the log file, with the digits of dates replaced by 0.
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    std::ifstream file(path_);
    for (std::string line; std::getline(file, line);) {
      const auto date =
          line.begin() + static_cast<std::ptrdiff_t>(std::min(line.size(), kDate.size()));
      std::replace_if(
          line.begin(), date, [](unsigned char c) { return std::isdigit(c) != 0; }, '0');
      all.push_back(line);
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
  EXPECT_EQ(lines(), (std::vector<std::string>{dated("info i"), dated("info f"), dated("warning w"),
                                               dated("error e")}));
  log::set_level(log::Level::kDebug);
  log::open_file(path_);
  shown(log_one_of_each);
  EXPECT_EQ(lines().size(), 9U);  // four from before, and now debug too
}

TEST_F(Log, ALiveLineComesBackBelowMessages) {
  EXPECT_EQ(shown([] {
              log::live_line("10 %");
              log::info("i");
              log::live_line("");
              log::live_line("");
            }),
            "\r^[J10 %\r\r^[J\ri\n\r^[J10 %\r\r^[J\r");
}

TEST_F(Log, ALiveLineIsCutToTheWidth) {
  setenv("COLUMNS", "11", 1);
  EXPECT_EQ(shown([] { log::live_line("0123456789abcdef"); }), "\r^[J0123456789\r");
  unsetenv("COLUMNS");
  shown([] { log::live_line(""); });
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
            "warning: /dev/full: cannot write: No space left on device; free space; nothing more "
            "is logged "
            "there\ni\nj\n");
  log::open_file(path_);
  shown([] { log::info("again"); });
  EXPECT_EQ(lines(), std::vector<std::string>{dated("info again")});
}

}  // namespace
}  // namespace gan
