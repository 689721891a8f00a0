#include <algorithm>
#include <array>
#include <cstring>
#include <png.h>
#include <utility>
#include <vector>

#include "formats/exif.hpp"
#include "formats/picture_readers.hpp"

namespace gan {
namespace {

class PngReader {
 public:
  PngReader(ByteView file, std::string_view name)
      : rest_(file),
        name_(name),
        png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, [](auto, auto) {})),
        info_(png_create_info_struct(png_)) {
    if (info_ == nullptr) throw undecodable(name, "no memory");
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  StoredPicture read(const DecodeOptions& options) {
    read_header();
    const std::int64_t width = png_get_image_width(png_, info_);
    const std::int64_t height = png_get_image_height(png_, info_);
    check_size(width, height, options, name_);
    const bool has_palette = png_get_color_type(png_, info_) == PNG_COLOR_TYPE_PALETTE;
    call([&] {
      // Palettes are looked up here, since libpng silently turns indices beyond the palette black.
      has_palette ? png_set_packing(png_) : png_set_expand(png_);
      png_set_strip_16(png_);
      png_set_interlace_handling(png_);
      png_read_update_info(png_, info_);
    });
    Image image = read_pixels(width, height);
    if (has_palette) image = looked_up(image);
    return {std::move(image), width, height, orientation()};
  }

 private:
  // Runs `step`. On errors libpng leaves it by longjmp(), which skips destructors, so `step` must
  // not contain objects that need one.
  template <typename Step>
  void call(Step step) {
    // NOLINTNEXTLINE(modernize-avoid-setjmp-longjmp): no exception can pass through C
    if (setjmp(png_jmpbuf(png_)) != 0) throw undecodable(name_, message_.data());
    step();
  }

  static void on_error(png_structp png, png_const_charp message) {
    auto& kept = static_cast<PngReader*>(png_get_error_ptr(png))->message_;
    std::strncpy(kept.data(), message, kept.size() - 1);
    png_longjmp(png, 1);
  }

  static void on_read(png_structp png, png_bytep out, std::size_t size) {
    auto& rest = static_cast<PngReader*>(png_get_io_ptr(png))->rest_;
    if (rest.size() < size) png_error(png, "its data are truncated");
    std::copy_n(rest.begin(), size, out);
    rest = rest.subspan(size);
  }

  // Checks every checksum, and also errors that libpng calls benign, but only in chunks that affect
  // the pixels.
  void read_header() {
    call([this] {
      png_set_read_fn(png_, this, on_read);
      png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
      png_set_benign_errors(png_, 0);
      png_set_check_for_invalid_index(png_, 0);  // see looked_up()
      png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
      png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_AS_DEFAULT,
                                  reinterpret_cast<png_const_bytep>("eXIf"), 1);
      png_read_info(png_, info_);
    });
  }

  Image read_pixels(std::int64_t width, std::int64_t height) {
    Image image{width, height, png_get_channels(png_, info_), {}};
    const auto row = static_cast<std::size_t>(width * image.channels);
    image.pixels.resize(row * static_cast<std::size_t>(height));
    std::vector<png_bytep> rows(static_cast<std::size_t>(height));
    for (std::size_t y = 0; y < rows.size(); ++y) rows[y] = image.pixels.data() + y * row;
    call([&] {
      png_read_image(png_, rows.data());
      png_read_end(png_, info_);
    });
    return image;
  }

  Image looked_up(const Image& indexes) const {
    png_colorp colors = nullptr;
    png_bytep alphas = nullptr;
    int count = 0;
    int alpha_count = 0;
    png_get_PLTE(png_, info_, &colors, &count);
    png_get_tRNS(png_, info_, &alphas, &alpha_count, nullptr);
    Image image{indexes.width, indexes.height, alpha_count > 0 ? 4 : 3, {}};
    image.pixels.reserve(indexes.pixels.size() * static_cast<std::size_t>(image.channels));
    for (const std::uint8_t index : indexes.pixels) {
      if (std::cmp_greater_equal(index, count)) {
        throw undecodable(name_,
                          str("a pixel has colour ", int{index}, " of a palette of ", count));
      }
      const auto& [red, green, blue] = colors[index];
      image.pixels.insert(image.pixels.end(), {red, green, blue});
      if (alpha_count > 0)
        image.pixels.push_back(std::cmp_less(index, alpha_count) ? alphas[index] : 255);
    }
    return image;
  }

  int orientation() const {
    png_uint_32 size = 0;
    png_bytep exif = nullptr;
    if (png_get_eXIf_1(png_, info_, &size, &exif) == 0) return 1;
    return exif_orientation({exif, size});
  }

  ByteView rest_;
  std::string_view name_;
  std::array<char, 128> message_{};
  png_structp png_;
  png_infop info_;
};

}  // namespace

StoredPicture read_png(ByteView file, const DecodeOptions& options, std::string_view name) {
  return PngReader(file, name).read(options);
}

}  // namespace gan
