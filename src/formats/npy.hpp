#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/file.hpp"

namespace gan {

/// The header of a NumPy .npy file (format 1.0, C order) for values of `dtype`
/// (such as "|u1" or "<f4"), padded so that the data begin at a multiple of 64 bytes.
std::string npy_header(std::string_view dtype, const std::vector<std::int64_t>& shape);

/// What a .npy file of C order holds.
struct NpyArray {
  std::string dtype;  ///< "|u1", "<i8", "<f4" or "<f8"; others are refused
  std::vector<std::int64_t> shape;
  ByteView values;  ///< into the parsed bytes
};

/// Parses a .npy file (format 1.0 or 2.0); errors name `name`.
NpyArray parse_npy(ByteView bytes, std::string_view name);

/// What a .npy file holds, and where its values begin.
struct NpyLayout {
  std::string dtype;
  std::vector<std::int64_t> shape;
  std::uint64_t offset = 0;
};

/// Parses the header of a .npy file of `size` bytes, which must be as many as its values need.
/// `start` holds at least the header.
NpyLayout parse_npy_layout(ByteView start, std::uint64_t size, std::string_view name);

/// Bytes that hold any header that is not made to be long.
inline constexpr std::uint64_t kMaxNpyHeader = 64 << 10;

}  // namespace gan
