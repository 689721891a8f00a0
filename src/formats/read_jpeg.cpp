#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
// jpeglib.h requires these headers before it.
#include <jerror.h>
#include <jpeglib.h>

#include "formats/exif.hpp"
#include "formats/picture_readers.hpp"

namespace gan {
namespace {

constexpr int kExifMarker = JPEG_APP0 + 1;
constexpr int kMaxScans = 500;  // limit for a progressive file; more only waste time

class JpegReader {
 public:
  JpegReader(ByteView file, std::string_view name) : name_(name) {
    jpeg_.err = jpeg_std_error(&errors_);
    errors_.error_exit = on_error;
    errors_.emit_message = on_message;
    jpeg_.client_data = this;
    call([&] {
      jpeg_create_decompress(&jpeg_);
      progress_.progress_monitor = on_progress;
      jpeg_.progress = &progress_;
      jpeg_mem_src(&jpeg_, file.data(), file.size());
    });
  }
  ~JpegReader() { jpeg_destroy_decompress(&jpeg_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  StoredPicture read(const DecodeOptions& options) {
    call([this] {
      jpeg_save_markers(&jpeg_, kExifMarker, 0xFFFF);
      jpeg_read_header(&jpeg_, TRUE);
    });
    const std::int64_t width = jpeg_.image_width;
    const std::int64_t height = jpeg_.image_height;
    check_size(width, height, options, name_);
    const int components = jpeg_.num_components;
    if (components != 1 && components != 3 && components != 4) {
      fail(str("JPEG pictures of ", components, " components are not known"));
    }
    jpeg_.out_color_space = components == 1 ? JCS_GRAYSCALE : components == 3 ? JCS_RGB : JCS_CMYK;
    jpeg_.scale_denom = scale_for(std::min(width, height), options.side);
    const int orientation = find_orientation();
    Image image = read_pixels();
    if (components == 4) image = from_cmyk(image);
    return {std::move(image), width, height, orientation};
  }

 private:
  // Runs `step`. On errors libjpeg leaves it by longjmp(), which skips destructors, so `step` must
  // not contain objects that need one.
  template <typename Step>
  void call(Step step) {
    // NOLINTNEXTLINE(modernize-avoid-setjmp-longjmp): no exception can pass through C
    if (setjmp(jump_) != 0) fail(message_.data());
    step();
  }

  // NOLINTNEXTLINE(modernize-avoid-setjmp-longjmp): see call()
  [[noreturn]] void leave() { std::longjmp(jump_, 1); }

  [[noreturn]] void fail(std::string_view reason) const {
    throw undecodable(name_, str(jpeg_.arith_code != 0 ? "arithmetic coding: " : "", reason));
  }

  static void on_error(j_common_ptr jpeg) {
    auto& reader = *static_cast<JpegReader*>(jpeg->client_data);
    jpeg->err->format_message(jpeg, reader.message_.data());
    reader.leave();
  }

  // Level -1 warns of damaged data, which libjpeg would replace by made-up pixels.
  static void on_message(j_common_ptr jpeg, int level) {
    constexpr std::array<int, 4> kHarmless = {JWRN_ADOBE_XFORM, JWRN_JFIF_MAJOR,
                                              JWRN_NOT_SEQUENTIAL, JWRN_BOGUS_ICC};
    if (level >= 0 || std::ranges::count(kHarmless, jpeg->err->msg_code) > 0) return;
    on_error(jpeg);
  }

  static void on_progress(j_common_ptr jpeg) {
    auto& reader = *static_cast<JpegReader*>(jpeg->client_data);
    if (reader.jpeg_.input_scan_number <= kMaxScans) return;
    std::snprintf(reader.message_.data(), reader.message_.size(), "more than %d scans", kMaxScans);
    reader.leave();
  }

  static unsigned scale_for(std::int64_t shorter_side, std::int64_t wanted) {
    unsigned denominator = wanted == 0 ? 1 : 8;
    while (denominator > 1 && shorter_side / denominator < 2 * wanted) denominator /= 2;
    return denominator;
  }

  int find_orientation() const {
    for (auto* marker = jpeg_.marker_list; marker != nullptr; marker = marker->next) {
      const ByteView content(marker->data, marker->data_length);
      if (as_text(content).starts_with("Exif")) return exif_orientation(content);
    }
    return 1;
  }

  Image read_pixels() {
    call([this] { jpeg_start_decompress(&jpeg_); });
    Image image{jpeg_.output_width, jpeg_.output_height, jpeg_.output_components, {}};
    const auto row = static_cast<std::size_t>(image.width * image.channels);
    image.pixels.resize(row * jpeg_.output_height);
    call([&] {
      while (jpeg_.output_scanline < jpeg_.output_height) {
        JSAMPROW out = image.pixels.data() + row * jpeg_.output_scanline;
        jpeg_read_scanlines(&jpeg_, &out, 1);
      }
      jpeg_finish_decompress(&jpeg_);
    });
    return image;
  }

  // Inverted, as Adobe and all others store it: 255 means no ink.
  static Image from_cmyk(const Image& inks) {
    Image image{inks.width, inks.height, 3, {}};
    image.pixels.reserve(inks.pixels.size() / 4 * 3);
    for (std::size_t i = 0; i < inks.pixels.size(); i += 4) {
      const int black = inks.pixels[i + 3];
      for (std::size_t c = i; c < i + 3; ++c) {
        image.pixels.push_back(static_cast<std::uint8_t>((inks.pixels[c] * black + 127) / 255));
      }
    }
    return image;
  }

  std::string_view name_;
  std::jmp_buf jump_{};
  std::array<char, JMSG_LENGTH_MAX> message_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  jpeg_decompress_struct jpeg_{};
};

}  // namespace

StoredPicture read_jpeg(ByteView file, const DecodeOptions& options, std::string_view name) {
  return JpegReader(file, name).read(options);
}

}  // namespace gan
