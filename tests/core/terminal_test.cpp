#include "core/terminal.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace gan {
namespace {

TEST(Terminal, AsksTheTerminalForItsWidth) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0) GTEST_SKIP() << "no pseudo-terminals here";
  winsize size{};
  size.ws_col = 43;
  ASSERT_EQ(ioctl(master, TIOCSWINSZ, &size), 0);
  EXPECT_EQ(terminal_width(master), 43u);
  size.ws_col = 20;
  ioctl(master, TIOCSWINSZ, &size);
  EXPECT_EQ(terminal_width(master), 20u);
  ::close(master);
}

TEST(Terminal, TakesColumnsWhereThereIsNone) {
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  unsetenv("COLUMNS");
  EXPECT_EQ(terminal_width(pipe[1]), 80u);
  setenv("COLUMNS", "61", 1);
  EXPECT_EQ(terminal_width(pipe[1]), 61u);
  for (const char* wrong : {"", "0", "-3", "many", "99999999999"}) {
    setenv("COLUMNS", wrong, 1);
    EXPECT_EQ(terminal_width(pipe[1]), 80u) << wrong;
  }
  unsetenv("COLUMNS");
  for (const int fd : pipe) ::close(fd);
}

}  // namespace
}  // namespace gan
