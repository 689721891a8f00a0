#pragma once

#include <cstddef>

namespace gan {

/// Columns of the terminal behind the file descriptor `fd`, at this moment; where there is
/// none, those that the environment's COLUMNS names, else 80. At least 1.
std::size_t terminal_width(int fd);

}  // namespace gan
