#pragma once

#include <stdexcept>
#include <zlib.h>

#include "core/file.hpp"

namespace gan {

/// `bytes` as one gzip member, made directly by zlib.
inline Bytes make_gzip(ByteView bytes) {
  z_stream zlib{};
  if (deflateInit2(&zlib, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("deflateInit2");
  }
  Bytes out(deflateBound(&zlib, bytes.size()) + 32);
  zlib.next_in = const_cast<Bytef*>(bytes.data());
  zlib.avail_in = static_cast<uInt>(bytes.size());
  zlib.next_out = out.data();
  zlib.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&zlib, Z_FINISH);
  out.resize(zlib.total_out);
  deflateEnd(&zlib);
  if (status != Z_STREAM_END) throw std::runtime_error("deflate");
  return out;
}

}  // namespace gan
