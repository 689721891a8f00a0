#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace gan {

/// Red, green and blue.
using Rgb = std::array<std::uint8_t, 3>;

inline constexpr Rgb kWhite = {255, 255, 255};

/// The colour named "white", "black", "#ff8000" or "ff8000". Throws an Error (exit code 2) for
/// others.
Rgb parse_color(std::string_view text);

/// The colour's grey level (Rec. 601).
std::uint8_t luma(const Rgb& color);

}  // namespace gan
