#include "core/terminal.hpp"

#include <cstdlib>
#include <sys/ioctl.h>

#include "core/text.hpp"

namespace gan {

std::size_t terminal_width(int fd) {
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char* columns = std::getenv("COLUMNS");
  const auto named = parse_int(columns == nullptr ? "" : columns).value_or(0);
  return named > 0 && named <= 1000 ? static_cast<std::size_t>(named) : 80;
}

}  // namespace gan
