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

/// Contents of an IDX file of unsigned bytes (MNIST's format: two zero bytes, type 0x08, number of
/// dimensions, big-endian 32-bit sizes, then the values, last dimension fastest).
struct IdxArray {
  std::vector<std::int64_t> dims;  ///< 1 to 4 sizes
  Bytes values;                    ///< product(dims) bytes
};

/// Parses an uncompressed IDX file. Errors include `name`, the offset, and what was found and
/// expected.
IdxArray parse_idx(ByteView bytes, std::string_view name);

/// Reads an IDX file, raw or gzip (recognised by content, not name). Uses no more memory than the
/// file's actual content plus a fixed buffer. Refuses files of more than `limit` decompressed
/// bytes.
IdxArray read_idx(const std::filesystem::path& path, std::uint64_t limit);

/// Reads labels from an IDX file, raw or gzip: one byte or int32 per image, or, as in QMNIST, a row
/// of int32 per image that begins with the label.
std::vector<std::int64_t> read_idx_labels(const std::filesystem::path& path, std::uint64_t limit);

/// The header of an IDX file, raw or gzip.
struct IdxHeader {
  std::vector<std::int64_t> dims;  ///< 1 to 4 sizes
  std::int64_t values = 0;         ///< product(dims): number of bytes after the header
  std::uint64_t size = 0;          ///< size of the header, so the offset of a raw file's values
  bool gzipped = false;            ///< whether the file is gzip
};

/// Reads the header of a file that stays on disk. Also checks a raw file's length.
IdxHeader read_idx_header(const RandomAccessFile& file);

/// Passes the values of a gzip file with that header to `take`, piece by piece, with memory for one
/// piece. Errors are those of read_idx(). The caller must check any size limit.
void decompress_idx(const RandomAccessFile& file, const IdxHeader& header,
                    const std::function<void(ByteView)>& take);

/// The header of an IDX file of unsigned bytes with these sizes.
std::string idx_header(const std::vector<std::int64_t>& dims);

}  // namespace gan
