#include "gan_train/formats/gzip.hpp"

#include <algorithm>
#include <span>
#include <zlib.h>

#include "gan_train/core/error.hpp"

namespace gan {
namespace {

constexpr std::size_t kFirstBuffer = 1 << 12;
constexpr std::size_t kMaxStep = 1 << 30;  // zlib counts in 32 bits

// A gzip file as a stream of unpacked bytes.
class Inflater {
 public:
  Inflater(ByteView bytes, std::string_view name) : bytes_(bytes), name_(name) {
    // 15: the largest window; + 16: a gzip wrapper is required, its CRC checked.
    if (inflateInit2(&zlib_, 15 + 16) != Z_OK) throw run_error(name_, ": zlib cannot start");
  }
  ~Inflater() { inflateEnd(&zlib_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Fills `out`; returns how much of it, less than all only at the end.
  std::size_t read(std::span<std::uint8_t> out) {
    std::size_t done = 0;
    while (done < out.size() && !ended_) done += step(out.subspan(done));
    return done;
  }

 private:
  std::size_t step(std::span<std::uint8_t> out) {
    const auto rest = bytes_.subspan(offset_);
    zlib_.next_in = const_cast<Bytef*>(rest.data());
    zlib_.avail_in = static_cast<uInt>(std::min(rest.size(), kMaxStep));
    zlib_.next_out = out.data();
    zlib_.avail_out = static_cast<uInt>(std::min(out.size(), kMaxStep));
    const int status = inflate(&zlib_, Z_NO_FLUSH);
    offset_ = static_cast<std::size_t>(zlib_.next_in - bytes_.data());
    if (status == Z_STREAM_END) {
      end_member();
    } else if (status == Z_BUF_ERROR) {
      fail("the gzip data break off, truncated");
    } else if (status != Z_OK) {
      const std::string_view reason = zlib_.msg != nullptr ? zlib_.msg : zError(status);
      fail(reason == "incorrect data check" ? "the gzip data do not match their CRC-32"
                                            : str("damaged gzip data: ", reason));
    }
    return static_cast<std::size_t>(zlib_.next_out - out.data());
  }

  // A gzip file may be several, one after the other.
  void end_member() {
    ended_ = offset_ == bytes_.size();
    if (ended_) return;
    if (!is_gzip(bytes_.subspan(offset_))) {
      fail(str(bytes_.size() - offset_, " bytes follow that are not gzip data"));
    }
    inflateReset(&zlib_);
  }

  [[noreturn]] void fail(std::string_view what) const {
    throw run_error(name_, ": offset ", offset_, " of ", bytes_.size(), ": ", what);
  }

  ByteView bytes_;
  std::string_view name_;
  z_stream zlib_{};
  std::size_t offset_ = 0;
  bool ended_ = false;
};

void check_magic(ByteView bytes, std::string_view name) {
  if (!is_gzip(bytes)) throw run_error(name, ": offset 0: no gzip file, which begins with 1F 8B");
}

}  // namespace

bool is_gzip(ByteView bytes) { return bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b; }

Bytes gunzip(ByteView bytes, std::uint64_t limit, std::string_view name) {
  check_magic(bytes, name);
  Inflater inflater(bytes, name);
  // One byte of room beyond the limit tells a stream that ends there from a longer one.
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
  out.resize(Inflater(bytes, name).read(out));
  return out;
}

}  // namespace gan
