#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/file.hpp"
#include "core/random_access_file.hpp"

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

/// The labels of an IDX file, raw or gzip: a byte or int32 per image, or a row of int32 that begins
/// with the label, as QMNIST's.
std::vector<std::int64_t> read_idx_labels(const std::filesystem::path& path, std::uint64_t limit);

/// What an IDX file, raw or gzip, says of itself.
struct IdxHeader {
  std::vector<std::int64_t> dims;  ///< 1 to 4 sizes
  std::int64_t values = 0;         ///< product(dims): the bytes that follow it
  std::uint64_t size = 0;          ///< of the header itself, where a raw file's values begin
  bool gzipped = false;            ///< whether the file is gzip
};

/// The header of a file that is to stay where it is. Of a raw one the length is checked too.
IdxHeader read_idx_header(const RandomAccessFile& file);

/// Hands the values of a gzip file with that header to `take`, a piece after the other, in the
/// memory of one. Errors as those of read_idx(); a limit is for the caller to check.
void unpack_idx(const RandomAccessFile& file, const IdxHeader& header,
                const std::function<void(ByteView)>& take);

/// The header of an IDX file of unsigned bytes with these sizes.
std::string idx_header(const std::vector<std::int64_t>& dims);

}  // namespace gan
