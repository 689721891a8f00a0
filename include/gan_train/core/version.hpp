#pragma once

namespace gan {

/// The program's version; CMake reads it from here.
inline constexpr const char* kVersion = "0.1.0";

}  // namespace gan
