#pragma once

#include <concepts>
#include <cstdint>
#include <string>

#include "core/file.hpp"
#include "core/text.hpp"

namespace gan {

/// Appends `value` to `out`, least significant byte first.
template <std::unsigned_integral T>
void put_le(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

/// The little-endian number at the start of `bytes`, which must hold at least sizeof(T).
template <std::unsigned_integral T>
T get_le(ByteView bytes) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value |= static_cast<T>(T{bytes[i]} << (8 * i));
  return value;
}

/// The big-endian number in the first four bytes.
inline std::int64_t get_be32(ByteView bytes) {
  return std::int64_t{bytes[0]} << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

/// "0x1F".
inline std::string hex(std::uint8_t byte) { return formatted("0x%02X", byte); }

}  // namespace gan
