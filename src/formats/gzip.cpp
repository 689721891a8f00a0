#include "formats/gzip.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <span>
#include <utility>
#include <zlib.h>

#include "gan_train/core/error.hpp"

namespace gan {
namespace {

constexpr std::size_t kFirstBuffer = 1 << 12;
constexpr std::size_t kMaxStep = 1 << 30;  // zlib counts in 32 bits
constexpr std::size_t kPiece = 1 << 20;    // of a file that is not read whole
constexpr std::array<std::uint8_t, 2> kMagic = {0x1f, 0x8b};

// Returns the next bytes of a file with each call; empty at its end.
using NextBytes = std::function<ByteView()>;

}  // namespace

// Unpacks a gzip file of `size` bytes as a stream.
class Inflater {
 public:
  Inflater(NextBytes next, std::uint64_t size, std::string_view name)
      : next_(std::move(next)), size_(size), name_(name) {
    // 15: the largest window; + 16: requires a gzip wrapper and checks its CRC.
    if (inflateInit2(&zlib_, 15 + 16) != Z_OK) throw run_error(name_, ": zlib cannot start");
  }
  ~Inflater() { inflateEnd(&zlib_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Fills `out`; returns the number of bytes read, fewer than requested only at the end.
  std::size_t read(std::span<std::uint8_t> out) {
    std::size_t done = 0;
    while (done < out.size() && !ended_) done += step(out.subspan(done));
    return done;
  }

 private:
  std::size_t step(std::span<std::uint8_t> out) {
    fill();
    zlib_.next_in = const_cast<Bytef*>(rest_.data());
    zlib_.avail_in = static_cast<uInt>(std::min(rest_.size(), kMaxStep));
    zlib_.next_out = out.data();
    zlib_.avail_out = static_cast<uInt>(std::min(out.size(), kMaxStep));
    const int status = inflate(&zlib_, Z_NO_FLUSH);
    const auto used = static_cast<std::size_t>(zlib_.next_in - rest_.data());
    rest_ = rest_.subspan(used);
    offset_ += used;
    if (status == Z_STREAM_END) {
      end_member();
    } else if (status == Z_BUF_ERROR) {
      fail("the gzip data are truncated");
    } else if (status != Z_OK) {
      const std::string_view reason = zlib_.msg != nullptr ? zlib_.msg : zError(status);
      fail(reason == "incorrect data check" ? "the gzip data do not match their CRC-32"
                                            : str("damaged gzip data: ", reason));
    }
    return static_cast<std::size_t>(zlib_.next_out - out.data());
  }

  void fill() {
    if (rest_.empty()) rest_ = next_();
  }

  // A gzip file may consist of several members.
  void end_member() {
    ended_ = offset_ == size_;
    if (ended_) return;
    fill();
    // A member's second byte may be in the next piece; zlib checks it there.
    const bool is_split = rest_.size() == 1 && offset_ + 1 < size_;
    if (is_split ? rest_[0] != kMagic[0] : !is_gzip(rest_)) {
      fail(str(size_ - offset_, " bytes follow that are not gzip data"));
    }
    inflateReset(&zlib_);
  }

  [[noreturn]] void fail(std::string_view what) const {
    throw run_error(name_, ": offset ", offset_, " of ", size_, ": ", what);
  }

  NextBytes next_;
  std::uint64_t size_;
  std::string_view name_;
  z_stream zlib_{};
  ByteView rest_;  // the unread rest of the last piece from next_
  std::uint64_t offset_ = 0;
  bool ended_ = false;
};

namespace {

// Returns all bytes in one piece.
NextBytes whole(ByteView bytes) {
  return [bytes]() mutable { return std::exchange(bytes, ByteView()); };
}

void check_magic(ByteView bytes, std::string_view name) {
  if (!is_gzip(bytes))
    throw run_error(name, ": offset 0: not a gzip file, which begins with 1F 8B");
}

}  // namespace

bool is_gzip(ByteView bytes) {
  return bytes.size() >= 2 && bytes[0] == kMagic[0] && bytes[1] == kMagic[1];
}

Bytes gunzip(ByteView bytes, std::uint64_t limit, std::string_view name) {
  check_magic(bytes, name);
  Inflater inflater(whole(bytes), bytes.size(), name);
  // One byte beyond the limit, to tell a stream that ends at the limit from a longer one.
  const std::uint64_t room = limit < UINT64_MAX ? limit + 1 : limit;
  Bytes out;
  std::size_t size = 0;
  do {
    out.resize(std::min<std::uint64_t>(room, std::max(kFirstBuffer, 2 * size)));
    size += inflater.read(std::span(out).subspan(size));
    if (size > limit) {
      throw run_error(name, ": unpacks to more than the ", limit, " bytes expected");
    }
  } while (size == out.size());
  out.resize(size);
  return out;
}

Bytes gunzip_head(ByteView bytes, std::size_t count, std::string_view name) {
  check_magic(bytes, name);
  Bytes out(count);
  out.resize(Inflater(whole(bytes), bytes.size(), name).read(out));
  return out;
}

class GzipReader::Stream {
 public:
  explicit Stream(const RandomAccessFile& file)
      : file_(file), inflater_([this] { return next(); }, file.size(), file.name()) {}

  std::size_t read(std::span<std::uint8_t> out) { return inflater_.read(out); }

 private:
  ByteView next() {
    piece_.resize(std::min<std::uint64_t>(kPiece, file_.size() - offset_));
    file_.read(offset_, piece_);
    offset_ += piece_.size();
    return piece_;
  }

  const RandomAccessFile& file_;
  Bytes piece_;
  std::uint64_t offset_ = 0;
  Inflater inflater_;
};

GzipReader::GzipReader(const RandomAccessFile& file) {
  Bytes head(std::min<std::uint64_t>(kMagic.size(), file.size()));
  file.read(0, head);
  check_magic(head, file.name());
  stream_ = std::make_unique<Stream>(file);
}

GzipReader::~GzipReader() = default;

std::size_t GzipReader::read(std::span<std::uint8_t> out) { return stream_->read(out); }

}  // namespace gan
