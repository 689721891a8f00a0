#include "formats/decode_image.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.hpp"
#include "formats/exif.hpp"
#include "formats/file_kind.hpp"
#include "formats/picture_readers.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

struct Format {
  std::string_view kind;  // as file_kind() names it
  StoredPicture (*read)(ByteView file, const DecodeOptions& options, std::string_view name);
};

constexpr std::array<Format, 3> kFormats{
    {{"a PNG picture", read_png}, {"a JPEG picture", read_jpeg}, {"a WebP picture", read_webp}}};

// Blends a colour over another with that alpha.
Rgb blended(const Rgb& front, int alpha, const Rgb& behind) {
  Rgb color;
  for (std::size_t i = 0; i < color.size(); ++i) {
    const int sum = front[i] * alpha + behind[i] * (255 - alpha);
    color[i] = static_cast<std::uint8_t>((sum + 127) / 255);
  }
  return color;
}

// Converts to grey or RGB, without alpha. Returns whether the background shows anywhere.
bool flatten(Image& image, std::int64_t channels, const Rgb& background, bool as_stored) {
  if (image.channels == channels) return false;
  const bool has_color = image.channels >= 3;
  const bool has_alpha = image.channels % 2 == 0;
  Image flat{image.width, image.height, channels, {}};
  flat.pixels.resize(static_cast<std::size_t>(image.width * image.height * channels));
  bool transparent = false;
  auto* out = flat.pixels.data();
  const auto* end = image.pixels.data() + image.pixels.size();
  for (const auto* in = image.pixels.data(); in != end; in += image.channels) {
    Rgb color = {in[0], in[has_color ? 1 : 0], in[has_color ? 2 : 0]};
    if (const int alpha = has_alpha && !as_stored ? in[image.channels - 1] : 255; alpha != 255) {
      transparent = true;
      color = blended(color, alpha, background);
    }
    if (channels == 1) *out++ = luma(color);
    if (channels == 3) out = std::copy(color.begin(), color.end(), out);
  }
  image = std::move(flat);
  return transparent;
}

}  // namespace

void check_size(std::int64_t width, std::int64_t height, const DecodeOptions& options,
                std::string_view name) {
  constexpr std::int64_t kMega = 1'000'000;
  if (height <= options.max_pixels / width) return;
  throw run_error(name, ": has ", width, "x", height, " pixels, ",
                  (width * height + kMega - 1) / kMega, " megapixels; at most ",
                  options.max_pixels / kMega, " are allowed (raise data.max_megapixels)");
}

Error undecodable(std::string_view name, std::string_view reason) {
  return run_error(name, ": cannot be decoded (", printable(reason), ")");
}

DecodedPicture decode_image(ByteView file, const DecodeOptions& options, std::string_view name) {
  const std::string kind = file_kind(as_text(file));
  const auto* format = std::ranges::find(kFormats, kind, &Format::kind);
  if (format == kFormats.end()) throw not_a(name, file, "a PNG, JPEG or WebP picture");
  auto [image, width, height, orientation] = format->read(file, options, name);
  const bool transparent = flatten(image, options.channels, options.background, options.as_stored);
  if (options.as_stored) orientation = 1;
  if (orientation >= 5) std::swap(width, height);
  return {upright(std::move(image), orientation), width, height, transparent};
}

}  // namespace gan
