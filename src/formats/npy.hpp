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
  std::string dtype;  ///< "|u1", "<f4" or "<f8"; others are refused
  std::vector<std::int64_t> shape;
  ByteView values;  ///< into the parsed bytes
};

/// Parses a .npy file (format 1.0 or 2.0); errors name `name`.
NpyArray parse_npy(ByteView bytes, std::string_view name);

}  // namespace gan
