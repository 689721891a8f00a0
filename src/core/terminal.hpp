#pragma once

#include <cstddef>

namespace gan {

/// Current width in columns of the terminal at file descriptor `fd`; if it is not a terminal, the
/// environment's COLUMNS, else 80. At least 1.
std::size_t terminal_width(int fd);

}  // namespace gan
