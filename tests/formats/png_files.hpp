#pragma once

#include <string>
#include <vector>
#include <zlib.h>

#include "core/file.hpp"

namespace gan {

/// A PNG file of a kind that our encoder does not write, and its pixels as RGB on white.
struct PngFile {
  const char* kind;
  Bytes bytes;
  Bytes rgb;
};

inline std::string big_endian(std::uint32_t value) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 0xff);
  return text;
}

inline std::string png_chunk(const std::string& kind, const std::string& body) {
  const std::string all = kind + body;
  const auto sum =
      crc32(0, reinterpret_cast<const Bytef*>(all.data()), static_cast<uInt>(all.size()));
  return big_endian(static_cast<std::uint32_t>(body.size())) + all +
         big_endian(static_cast<std::uint32_t>(sum));
}

/// Makes a PNG from `rows`, each with its filter byte in front. `header` is depth, colour type, 0,
/// 0 and interlacing; `palette` is the chunks before the data.
inline Bytes make_png(std::uint32_t width, std::uint32_t height, const std::string& header,
                      const std::string& rows, const std::string& palette = "") {
  std::string compressed(compressBound(rows.size()), '\0');
  uLongf size = compressed.size();
  compress(reinterpret_cast<Bytef*>(compressed.data()), &size,
           reinterpret_cast<const Bytef*>(rows.data()), rows.size());
  compressed.resize(size);
  const std::string file = "\x89PNG\r\n\x1a\n" +
                           png_chunk("IHDR", big_endian(width) + big_endian(height) + header) +
                           palette + png_chunk("IDAT", compressed) + png_chunk("IEND", "");
  return {file.begin(), file.end()};
}

inline std::vector<PngFile> png_files() {
  using namespace std::string_literals;
  const auto palette = png_chunk("PLTE", "\0\0\0\xff\x80\x40"s);
  return {
      {"palette of two, a bit a pixel",
       make_png(3, 1, "\1\3\0\0\0"s, "\0\x40"s, palette),
       {0, 0, 0, 255, 128, 64, 0, 0, 0}},
      {"palette with transparency",
       make_png(2, 1, "\x8\3\0\0\0"s, "\0\1\0"s, palette + png_chunk("tRNS", "\x80"s)),
       {255, 128, 64, 127, 127, 127}},
      {"grey of 16 bits",
       make_png(2, 1, "\x10\0\0\0\0"s, "\0\x12\x34\xab\xcd"s),
       {18, 18, 18, 171, 171, 171}},
      {"colour of 16 bits, transparent",
       make_png(1, 1, "\x10\6\0\0\0"s, "\0\1\2\3\4\5\6\xcc\x8"s),
       {52, 53, 55}},
      {"grey and transparency",
       make_png(1, 2, "\x8\4\0\0\0"s, "\0\x9\xff\0\xa\0"s),
       {9, 9, 9, 255, 255, 255}},
      {"interlaced",
       make_png(2, 2, "\x8\2\0\0\1"s, "\0\1\2\3\0\4\5\6\0\7\x8\x9\xa\xb\xc"s),
       {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
      {"with a text",
       make_png(1, 1, "\x8\2\0\0\0"s, "\0\1\2\3"s, png_chunk("tEXt", "k\0v"s)),
       {1, 2, 3}},
  };
}

}  // namespace gan
