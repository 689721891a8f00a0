#pragma once

#include <string_view>

#include "core/file.hpp"

namespace gan {

inline bool is_jpeg(ByteView file) {
  return file.size() >= 3 && file[0] == 0xFF && file[1] == 0xD8 && file[2] == 0xFF;
}

// The JPEG file with only those of its segments that decide over its pixels, each
// held to its length, and the Huffman tables to what a decoder has room for. Error
// naming `name` where a segment is damaged, or the file ends before its end marker.
Bytes plain_jpeg(ByteView file, std::string_view name);

}  // namespace gan
