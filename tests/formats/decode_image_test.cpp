#include "formats/decode_image.hpp"

#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>

#include "formats/jpeg_files.hpp"
#include "formats/png_files.hpp"
#include "formats/webp_files.hpp"
#include "message.hpp"
#include "peak_growth.hpp"

namespace gan {
namespace {

using namespace std::string_literals;

constexpr DecodeOptions kGrey = {.channels = 1};

Image decoded(const Bytes& file, const DecodeOptions& options = {}) {
  return decode_image(file, options, "file").image;
}

std::string refusal(const Bytes& file, const DecodeOptions& options = {}) {
  return message_of([&] { decoded(file, options); });
}

void expect_near(const Image& image, std::int64_t x, std::int64_t y, const std::vector<int>& value,
                 int tolerance) {
  const auto at = static_cast<std::size_t>((y * image.width + x) * image.channels);
  for (std::size_t c = 0; c < value.size(); ++c) {
    EXPECT_NEAR(image.pixels[at + c], value[c], tolerance) << x << " " << y << " " << c;
  }
}

// 8x6 pixels with values 30 x, 40 y, 128.
Bytes ramp() {
  Bytes pixels;
  for (int i = 0; i < 48; ++i) {
    pixels.push_back(static_cast<std::uint8_t>(30 * (i % 8)));
    pixels.push_back(static_cast<std::uint8_t>(40 * (i / 8)));
    pixels.push_back(128);
  }
  return pixels;
}

// A PNG of 8x6 pixels with EXIF orientation, in either byte order.
Bytes turned_png(int orientation, bool big_endian) {
  const auto mark = static_cast<char>(orientation);
  const auto exif = big_endian ? "MM\0*\0\0\0\10\0\1\1\22\0\3\0\0\0\1\0"s + mark + "\0\0"s
                               : "II*\0\10\0\0\0\1\0\22\1\3\0\1\0\0\0"s + mark + "\0\0\0"s;
  std::string rows;
  const Bytes pixels = ramp();
  for (std::size_t y = 0; y < 6; ++y) {
    rows += '\0';
    rows.append(pixels.begin() + static_cast<std::ptrdiff_t>(24 * y),
                pixels.begin() + static_cast<std::ptrdiff_t>(24 * (y + 1)));
  }
  return make_png(8, 6, "\x8\2\0\0\0"s, rows, png_chunk("eXIf", exif));
}

std::vector<Bytes> files_of_all_formats() {
  std::vector<Bytes> files;
  for (const auto& file : png_files()) files.push_back(file.bytes);
  for (const auto digits : {kProgressiveJpeg, kColourJpeg, kArithmeticJpeg, kLosslessWebp,
                            kAlphaWebp, kLossyWebp, kAnimatedWebp, kTurnedWebp}) {
    files.push_back(from_hex(digits));
  }
  return files;
}

TEST(DecodeImage, ReadsPngOfEveryKind) {
  for (const auto& file : png_files()) {
    SCOPED_TRACE(file.kind);
    EXPECT_EQ(decoded(file.bytes).pixels, file.rgb);
  }
}

TEST(DecodeImage, ReadsWhatOurOwnEncoderWrites) {
  const Image grey{3, 2, 1, {0, 50, 100, 150, 200, 255}};
  const Image back = decoded(encode_png(grey), kGrey);
  EXPECT_EQ(back.width, 3);
  EXPECT_EQ(back.height, 2);
  EXPECT_EQ(back.channels, 1);
  EXPECT_EQ(back.pixels, grey.pixels);
}

TEST(DecodeImage, TurnsColourGreyByItsLuma) {
  const auto file = encode_png({3, 1, 3, {255, 0, 0, 0, 255, 0, 0, 0, 255}});
  // Rec. 601: 0.299, 0.587, 0.114
  EXPECT_EQ(decoded(file, kGrey).pixels, (Bytes{76, 150, 29}));
}

TEST(DecodeImage, ReadsJpegOfAllKinds) {
  const Image grey = decoded(from_hex(kProgressiveJpeg), kGrey);
  ASSERT_EQ(grey.pixels.size(), 17U * 13U);
  for (const auto& [x, y] : {std::pair{0, 0}, {8, 3}, {16, 12}, {2, 11}}) {
    expect_near(grey, x, y, {8 * x + 8 * y}, 3);
  }
  const Image colour = decoded(from_hex(kColourJpeg));
  ASSERT_EQ(colour.pixels.size(), 16U * 12U * 3U);
  for (const auto& [x, y] : {std::pair{1, 1}, {8, 6}, {14, 3}, {4, 10}}) {
    expect_near(colour, x, y, {15 * x, 20 * y, 128}, 12);
  }
  EXPECT_EQ(decoded(from_hex(kArithmeticJpeg)).pixels, colour.pixels);
}

TEST(DecodeImage, ReadsWebpOfAllKinds) {
  EXPECT_EQ(decoded(from_hex(kLosslessWebp)).pixels, ramp());
  EXPECT_EQ(decoded(from_hex(kAnimatedWebp)).pixels, ramp());
  const Image lossy = decoded(from_hex(kLossyWebp));
  for (const auto& [x, y] : {std::pair{1, 1}, {4, 2}, {6, 4}}) {
    expect_near(lossy, x, y, {30 * x, 40 * y, 128}, 24);
  }
}

TEST(DecodeImage, ShowsTheBackgroundWhereAPictureIsTransparent) {
  const Bytes file = from_hex(kAlphaWebp);
  const Rgb background = {255, 0, 100};
  const auto picture = decode_image(file, {.background = background}, "file");
  EXPECT_TRUE(picture.transparent);
  for (const auto& [x, y] : {std::pair{0, 3}, {3, 5}, {7, 1}}) {
    const auto mixed = [alpha = 36 * x](int value, int behind) {
      return (value * alpha + behind * (255 - alpha) + 127) / 255;
    };
    expect_near(picture.image, x, y, {mixed(30 * x, 255), mixed(40 * y, 0), mixed(128, 100)}, 0);
  }
  expect_near(decoded(file, {.channels = 1, .background = background}), 0, 0, {88}, 0);
  EXPECT_FALSE(decode_image(from_hex(kLosslessWebp), {}, "file").transparent);
  const auto opaque = make_png(1, 1, "\x8\6\0\0\0"s, "\0\1\2\3\xff"s);
  EXPECT_FALSE(decode_image(opaque, {}, "file").transparent);
}

TEST(DecodeImage, TurnsAPictureAsItsMetadataSay) {
  using Place = std::pair<std::int64_t, std::int64_t>;
  // Where the first and the last pixel of the first row end up.
  const std::vector<std::pair<Place, Place>> corners = {
      {{0, 0}, {7, 0}}, {{7, 0}, {0, 0}}, {{7, 5}, {0, 5}}, {{0, 5}, {7, 5}},
      {{0, 0}, {0, 7}}, {{5, 0}, {5, 7}}, {{5, 7}, {5, 0}}, {{0, 7}, {0, 0}}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    SCOPED_TRACE(orientation);
    const auto& [first, last] = corners[static_cast<std::size_t>(orientation - 1)];
    for (const bool big_endian : {true, false}) {
      const auto picture = decode_image(turned_png(orientation, big_endian), {}, "file");
      ASSERT_EQ(picture.image.width, orientation < 5 ? 8 : 6);
      EXPECT_EQ(picture.width, picture.image.width);
      expect_near(picture.image, first.first, first.second, {0, 0, 128}, 0);
      expect_near(picture.image, last.first, last.second, {210, 0, 128}, 0);
    }
  }
  EXPECT_EQ(decoded(turned_png(0, true)).pixels, ramp());
  EXPECT_EQ(decoded(turned_png(9, false)).pixels, ramp());
  const Image turned = decoded(from_hex(kTurnedWebp));
  EXPECT_EQ(turned.height, 8);
  expect_near(turned, 5, 7, {210, 0, 128}, 0);
}

TEST(DecodeImage, DecodesAJpegSmallerWhereAsManyPixelsSuffice) {
  const Bytes file = from_hex(kColourJpeg);  // 16x12
  for (const auto& [side, width] : {std::pair{0, 16}, {1, 4}, {2, 8}, {3, 8}, {4, 16}, {64, 16}}) {
    const auto picture = decode_image(file, {.side = side}, "file");
    EXPECT_EQ(picture.image.width, width) << side;
    EXPECT_EQ(picture.image.height, width * 3 / 4) << side;
    EXPECT_EQ(picture.width, 16);
    EXPECT_EQ(picture.height, 12);
  }
}

TEST(DecodeImage, RefusesFilesCutShortAnywhere) {
  for (const auto& file : files_of_all_formats()) {
    for (std::size_t size = 0; size < file.size(); ++size) {
      const Bytes part(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_NE(refusal(part), "") << size << " of " << file.size();
    }
  }
}

// Checksums protect everything except the signature and the lengths, and a wrong length misses the
// end of a chunk.
TEST(DecodeImage, RefusesAPngWithAnyBitFlipped) {
  for (const auto& file : png_files()) {
    SCOPED_TRACE(file.kind);
    for (std::size_t bit = 0; bit < 8 * file.bytes.size(); ++bit) {
      Bytes flipped = file.bytes;
      flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
      EXPECT_NE(refusal(flipped), "") << bit;
    }
  }
}

TEST(DecodeImage, SaysWhatIsWrongWithAPng) {
  const std::string header("\x8\0\0\0\0", 5);
  const Bytes good = make_png(1, 1, header, "\0\1"s);
  EXPECT_EQ(refusal(good), "");
  const auto says = [&](const Bytes& file, const std::string& reason) {
    EXPECT_EQ(refusal(file), "file: cannot be decoded (" + reason + ")");
  };
  Bytes file = good;
  file[file.size() - 13] ^= 1;
  says(file, "IDAT: CRC error");
  const std::string compressed("\x78\x9c\x63\x60\0\0\0\2\0\2", 10);  // its checksum is 2, 1
  const std::string start = "\x89PNG\r\n\x1a\n" + png_chunk("IHDR", "\0\0\0\1\0\0\0\1"s + header);
  const auto with = [&](const std::string& chunks) {
    const std::string all = start + chunks + png_chunk("IEND", "");
    return Bytes(all.begin(), all.end());
  };
  says(with(png_chunk("IDAT", compressed)), "IDAT: incorrect data check");
  says(with(png_chunk("CgBI", "\x50\0\x20\2"s)), "CgBI: unhandled critical chunk");
  says(with(""), "IEND: out of place");
  const auto palette = png_chunk("PLTE", "\0\0\0\xff\x80\x40"s);
  says(make_png(1, 1, "\x8\3\0\0\0"s, "\0\2"s, palette), "a pixel has colour 2 of a palette of 2");
}

TEST(DecodeImage, PassesOverWhatDoesNotMatterInAPng) {
  const std::string header("\x8\0\0\0\0", 5);
  const std::string chunks = png_chunk("iCCP", "not a profile") + png_chunk("gAMA", "\0\0\1\0"s) +
                             png_chunk("tEXt", "") + png_chunk("eXIf", "MM\0*"s);
  EXPECT_EQ(decoded(make_png(1, 1, header, "\0\x7"s, chunks), kGrey).pixels, Bytes{7});
}

TEST(DecodeImage, PassesOverWhatFollowsAJpeg) {
  Bytes file = from_hex(kColourJpeg);
  const auto pixels = decoded(file).pixels;
  file.insert(file.end(), {0xFF, 0xC4, 0, 1, 2, 3});
  EXPECT_EQ(decoded(file).pixels, pixels);
}

TEST(DecodeImage, NamesTheFileAndTheReason) {
  EXPECT_EQ(refusal({'G', 'I', 'F', '8'}),
            "file: is a GIF picture, not a PNG, JPEG or WebP picture");
  EXPECT_EQ(refusal({}), "file: is an empty file, not a PNG, JPEG or WebP picture");
  Bytes file = from_hex(kColourJpeg);
  file.insert(file.begin(), 0xFF);
  EXPECT_EQ(refusal(file),
            "file: begins with 0xFF 0xFF 0xD8 0xFF; it is not a PNG, JPEG or WebP picture");
  file = from_hex(kColourJpeg);
  file.resize(file.size() - 2);
  EXPECT_EQ(refusal(file), "file: cannot be decoded (Premature end of JPEG file)");
  file = from_hex(kArithmeticJpeg);
  file.resize(file.size() - 20);
  EXPECT_EQ(refusal(file),
            "file: cannot be decoded (arithmetic coding: Premature end of JPEG file)");
  file = from_hex(kLossyWebp);
  file.resize(60);
  EXPECT_EQ(refusal(file), "file: cannot be decoded (damaged or truncated WebP data)");
}

// libjpeg only warns, and continues with made-up pixels.
TEST(DecodeImage, RefusesAJpegThatItsLibraryWarnsOf) {
  Bytes file = from_hex(kColourJpeg);
  file.erase(file.end() - 12, file.end() - 2);
  EXPECT_EQ(refusal(file),
            "file: cannot be decoded (Corrupt JPEG data: premature end of data segment)");
  // Extra bytes indicate that pixels were lost earlier.
  file = from_hex(kColourJpeg);
  file.insert(file.end() - 2, 40, 1);
  EXPECT_NE(refusal(file).find("extraneous bytes before marker 0xd9"), std::string::npos);
}

TEST(DecodeImage, RefusesHugePicturesByTheirHeader) {
  const std::string grey("\x8\0\0\0\0", 5);
  const DecodeOptions options = {.max_pixels = 256'000'000};
  EXPECT_EQ(refusal(make_png(16001, 16000, grey, ""), options),
            "file: has 16001x16000 pixels, 257 megapixels; at most 256 are allowed "
            "(raise data.max_megapixels)");
  EXPECT_EQ(refusal(make_png(16000, 16000, grey, ""), options),
            "file: cannot be decoded (Not enough image data)");
  Bytes jpeg = from_hex(kProgressiveJpeg);
  const Bytes header = {0xFF, 0xC2, 0x00, 0x0B, 0x08};
  const auto size = std::search(jpeg.begin(), jpeg.end(), header.begin(), header.end()) + 5;
  std::fill(size, size + 4, 0x3F);
  EXPECT_NE(refusal(jpeg, options).find("has 16191x16191 pixels"), std::string::npos);
  Bytes webp = from_hex(kAnimatedWebp);
  std::fill(webp.begin() + 24, webp.begin() + 30, 0xFF);  // the canvas sides minus one
  EXPECT_NE(refusal(webp, options), "");
}

TEST(DecodeImage, StaysWithinItsMemory) {
  if (!kCountsMemory) GTEST_SKIP() << "a sanitizer's own memory is counted too";
  // One pixel, but data that unpack to 80 MB.
  std::string rows;
  rows.resize(80'000'000);
  const auto bomb = make_png(1, 1, '\x8' + std::string(4, '\0'), rows);
  EXPECT_LT(peak_growth([&] {
              if (refusal(bomb).empty()) std::_Exit(1);
            }),
            64);
}

}  // namespace
}  // namespace gan
