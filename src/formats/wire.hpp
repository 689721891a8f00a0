#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "gan_train/core/file.hpp"

namespace gan {

/// Adds `value` to `out`, least significant byte first.
template <std::unsigned_integral T>
void put_le(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

/// The little-endian number that `bytes` begin with; they must hold sizeof(T).
template <std::unsigned_integral T>
T get_le(ByteView bytes) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value |= static_cast<T>(T{bytes[i]} << (8 * i));
  return value;
}

inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// `text` in quotes, fit for an error line: shortened, nothing that could move
/// a terminal's cursor.
std::string printable(std::string_view text);

/// "0x1f".
std::string hex(std::uint8_t byte);

}  // namespace gan
