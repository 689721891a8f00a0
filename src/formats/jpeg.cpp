#include "formats/jpeg.hpp"

#include <numeric>

#include "gan_train/core/error.hpp"

// Segments and markers of ITU-T T.81, annex B.

namespace gan {
namespace {

constexpr std::size_t kMaxSymbols = 256;
constexpr std::size_t kLengths = 16;  // a code has 1 to 16 bits

enum Marker : std::uint8_t {
  kBaseline = 0xC0,
  kExtended = 0xC1,
  kProgressive = 0xC2,
  kHuffman = 0xC4,
  kFirstRestart = 0xD0,
  kLastRestart = 0xD7,
  kEnd = 0xD9,
  kScan = 0xDA,
  kQuantisation = 0xDB,
  kRestartInterval = 0xDD,
  kFirstApp = 0xE0,
  kJfif = 0xE0,
  kAdobe = 0xEE,
  kLastApp = 0xEF,
  kComment = 0xFE,
};

bool is_text(std::uint8_t marker) {
  return marker == kComment || (marker >= kFirstApp && marker <= kLastApp);
}

bool decides_over_pixels(std::uint8_t marker) {
  switch (marker) {
    case kBaseline:
    case kExtended:
    case kProgressive:
    case kHuffman:
    case kScan:
    case kQuantisation:
    case kRestartInterval:
    case kJfif:
    case kAdobe:
      return true;
    default:
      return false;
  }
}

class JpegReader {
 public:
  JpegReader(ByteView file, std::string_view name) : file_(file), name_(name) {}

  Bytes read() {
    copy(2);
    for (;;) {
      const std::uint8_t marker = next_marker();
      if (marker == kEnd) break;
      read_segment(marker);
      if (marker == kScan) copy(entropy_coded());
    }
    plain_.insert(plain_.end(), {0xFF, kEnd});
    return std::move(plain_);
  }

 private:
  // Padding before a marker is passed over, as other decoders do.
  std::uint8_t next_marker() {
    while (at(offset_) != 0xFF) ++offset_;
    while (at(offset_) == 0xFF) ++offset_;
    return file_[offset_++];
  }

  // From behind the marker: two bytes of length, which count themselves.
  void read_segment(std::uint8_t marker) {
    const bool wanted = decides_over_pixels(marker);
    if (!wanted && !is_text(marker)) fail("a segment of a kind that is not supported");
    const std::size_t size = std::size_t{at(offset_)} << 8 | at(offset_ + 1);
    if (size < 2) fail("a segment without room for its length");
    at(offset_ + size - 1);
    if (marker == kHuffman) check_tables(file_.subspan(offset_ + 2, size - 2));
    if (!wanted) {
      offset_ += size;
      return;
    }
    plain_.insert(plain_.end(), {0xFF, marker});
    copy(size);
  }

  // stb_image 2.27 writes behind its tables when one has more symbols than a byte has values.
  void check_tables(ByteView tables) {
    while (!tables.empty()) {
      if (tables.size() < 1 + kLengths) fail("a Huffman table that breaks off");
      const auto counts = tables.subspan(1, kLengths);
      const auto symbols = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
      if (symbols > kMaxSymbols) fail("a Huffman table of more than 256 symbols");
      if (tables.size() < 1 + kLengths + symbols) fail("a Huffman table that breaks off");
      tables = tables.subspan(1 + kLengths + symbols);
    }
  }

  // How many bytes there are to the next marker that is no restart; 0xFF 0x00 stands for 0xFF.
  std::size_t entropy_coded() const {
    std::size_t end = offset_;
    for (;; ++end) {
      if (at(end) != 0xFF) continue;
      const std::uint8_t next = at(end + 1);
      if (next != 0 && (next < kFirstRestart || next > kLastRestart)) return end - offset_;
    }
  }

  void copy(std::size_t count) {
    const auto part = file_.subspan(offset_, count);
    plain_.insert(plain_.end(), part.begin(), part.end());
    offset_ += count;
  }

  std::uint8_t at(std::size_t offset) const {
    if (offset >= file_.size()) {
      throw run_error(name_, ": the JPEG data end at offset ", file_.size(),
                      " without an end marker; the file is truncated");
    }
    return file_[offset];
  }

  [[noreturn]] void fail(std::string_view what) const {
    throw run_error(name_, ": damaged JPEG data: ", what, ", at offset ", offset_);
  }

  ByteView file_;
  std::string_view name_;
  std::size_t offset_ = 0;
  Bytes plain_;
};

}  // namespace

Bytes plain_jpeg(ByteView file, std::string_view name) { return JpegReader(file, name).read(); }

}  // namespace gan
