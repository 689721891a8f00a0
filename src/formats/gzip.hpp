#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "core/file.hpp"
#include "core/random_access_file.hpp"

namespace gan {

bool is_gzip(ByteView bytes);

/// Decompresses a gzip file (all its members). Errors include `name` and the reason. Throws an
/// Error as soon as the output would exceed `limit` bytes; allocates at most twice the bytes
/// actually decompressed.
Bytes gunzip(ByteView bytes, std::uint64_t limit, std::string_view name);

/// The first `count` decompressed bytes of a gzip file, or all if there are fewer. The rest of the
/// file is not checked.
Bytes gunzip_head(ByteView bytes, std::size_t count, std::string_view name);

/// Decompresses a gzip file (all its members) piece by piece, through a fixed buffer. The file must
/// outlive the reader. Errors are those of gunzip().
class GzipReader {
 public:
  explicit GzipReader(const RandomAccessFile& file);
  ~GzipReader();

  /// Fills `out` with the next bytes; returns their number, fewer than requested only at the end.
  std::size_t read(std::span<std::uint8_t> out);

 private:
  class Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace gan
