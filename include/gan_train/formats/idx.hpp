#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "gan_train/core/file.hpp"

namespace gan {

/// The contents of an IDX file of unsigned bytes (the format of MNIST:
/// two zero bytes, type 0x08, number of dimensions, big-endian 32-bit sizes,
/// then the values, last dimension fastest).
struct IdxArray {
  std::vector<std::int64_t> dims;  ///< 1 to 4 sizes
  Bytes values;                    ///< product(dims) bytes
};

/// Parses the bytes of an uncompressed IDX file. `name` is what errors call it;
/// they give the offset, what was found and what was expected.
IdxArray parse_idx(ByteView bytes, std::string_view name);

/// Reads an IDX file, raw or gzip (told by content, not name). Never holds more
/// memory than the file truly contains plus a fixed buffer; refuses data of more
/// than `limit` bytes uncompressed.
IdxArray read_idx(const std::filesystem::path& path, std::uint64_t limit);

/// The header of an IDX file of unsigned bytes with these sizes.
std::string idx_header(const std::vector<std::int64_t>& dims);

}  // namespace gan
