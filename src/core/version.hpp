#pragma once

namespace gan {

/// The program's version. CMake reads it from this file.
inline constexpr const char* kVersion = "2.0.0";

}  // namespace gan
