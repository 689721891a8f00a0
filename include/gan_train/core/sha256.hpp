#pragma once

#include <string>

#include "gan_train/core/file.hpp"

namespace gan {

/// The SHA-256 of `bytes` (FIPS 180-4) as 64 lower-case hexadecimal digits.
std::string sha256_hex(ByteView bytes);

}  // namespace gan
