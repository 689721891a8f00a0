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

/// Unpacks a gzip file (all its members). Errors name `name` and the reason;
/// stops with one as soon as the output would pass `limit` bytes, having
/// allocated no more than was really unpacked (twice that at most).
Bytes gunzip(ByteView bytes, std::uint64_t limit, std::string_view name);

/// The first `count` bytes of what a gzip file unpacks to, or all if there are
/// fewer. What follows them is not checked.
Bytes gunzip_head(ByteView bytes, std::size_t count, std::string_view name);

/// What a gzip file (all its members) unpacks to, a piece after the other. Holds a fixed buffer of
/// the file, which must outlive it. Errors as those of gunzip().
class GzipReader {
 public:
  explicit GzipReader(const RandomAccessFile& file);
  ~GzipReader();

  /// Fills `out` with what comes next; returns how much of it, less than all only at the end.
  std::size_t read(std::span<std::uint8_t> out);

 private:
  class Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace gan
