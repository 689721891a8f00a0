#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/file.hpp"

namespace gan {

/// The header of a NumPy .npy file (format 1.0, C order) for values of `dtype` (such as "|u1" or
/// "<f4"), padded so that the data start at a multiple of 64 bytes.
std::string npy_header(std::string_view dtype, const std::vector<std::int64_t>& shape);

/// Contents of a .npy file in C order.
struct NpyArray {
  std::string dtype;  ///< "|u1", "<i8", "<f4" or "<f8"; other types are refused
  std::vector<std::int64_t> shape;
  ByteView values;  ///< points into the parsed bytes
};

/// Parses a .npy file (format 1.0 or 2.0); errors name `name`.
NpyArray parse_npy(ByteView bytes, std::string_view name);

/// Contents of a .npy header, and the offset of the values.
struct NpyLayout {
  std::string dtype;
  std::vector<std::int64_t> shape;
  std::uint64_t offset = 0;
};

/// Parses the header of a .npy file of `size` bytes, which must match the size of its values.
/// `start` must contain at least the header.
NpyLayout parse_npy_layout(ByteView start, std::uint64_t size, std::string_view name);

/// Enough bytes for any header that is not padded on purpose.
inline constexpr std::uint64_t kMaxNpyHeader = 64 << 10;

}  // namespace gan
