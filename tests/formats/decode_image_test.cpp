#include "formats/decode_image.hpp"

#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>

#include "formats/jpeg_files.hpp"
#include "formats/png_files.hpp"
#include "message.hpp"
#include "peak_growth.hpp"

namespace gan {
namespace {

constexpr std::uint64_t kLimit = 1 << 20;

Image decoded(const Bytes& file, std::int64_t channels = 3) {
  return decode_image(file, channels, kLimit, "file");
}

std::string refusal(const Bytes& file) {
  return message_of([&] { decoded(file); });
}

void expect_near(const Image& image, std::int64_t x, std::int64_t y, const std::vector<int>& value,
                 int tolerance) {
  const auto at = static_cast<std::size_t>((y * image.width + x) * image.channels);
  for (std::size_t c = 0; c < value.size(); ++c) {
    EXPECT_NEAR(image.pixels[at + c], value[c], tolerance) << x << " " << y << " " << c;
  }
}

TEST(DecodeImage, ReadsPngOfEveryKind) {
  for (const auto& file : png_files()) {
    SCOPED_TRACE(file.kind);
    EXPECT_EQ(decoded(file.bytes).pixels, file.rgb);
  }
}

TEST(DecodeImage, ReadsWhatOurOwnEncoderWrites) {
  const Image grey{3, 2, 1, {0, 50, 100, 150, 200, 255}};
  const Image back = decoded(encode_png(grey), 1);
  EXPECT_EQ(back.width, 3);
  EXPECT_EQ(back.height, 2);
  EXPECT_EQ(back.channels, 1);
  EXPECT_EQ(back.pixels, grey.pixels);
}

TEST(DecodeImage, TurnsColourGreyByItsLuma) {
  const auto file = encode_png({3, 1, 3, {255, 0, 0, 0, 255, 0, 0, 0, 255}});
  const Image grey = decoded(file, 1);  // Rec. 601: 0.299, 0.587, 0.114
  expect_near(grey, 0, 0, {76}, 1);
  expect_near(grey, 1, 0, {150}, 1);
  expect_near(grey, 2, 0, {29}, 1);
}

TEST(DecodeImage, ReadsJpegOfBothKinds) {
  const Image grey = decoded(from_hex(kProgressiveJpeg), 1);
  ASSERT_EQ(grey.pixels.size(), 17U * 13U);
  for (const auto& [x, y] : {std::pair{0, 0}, {8, 3}, {16, 12}, {2, 11}}) {
    expect_near(grey, x, y, {8 * x + 8 * y}, 3);
  }
  const Image colour = decoded(from_hex(kColourJpeg));
  ASSERT_EQ(colour.pixels.size(), 16U * 12U * 3U);
  for (const auto& [x, y] : {std::pair{1, 1}, {8, 6}, {14, 3}, {4, 10}}) {
    expect_near(colour, x, y, {15 * x, 20 * y, 128}, 12);
  }
}

TEST(DecodeImage, RefusesFilesCutShortAnywhere) {
  std::vector<Bytes> files = {from_hex(kProgressiveJpeg), from_hex(kColourJpeg)};
  for (const auto& file : png_files()) files.push_back(file.bytes);
  for (const auto& file : files) {
    for (std::size_t size = 0; size < file.size(); ++size) {
      const Bytes part(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
      // A PNG's last 12 bytes say no more than that it ends.
      if (size + 8 >= file.size() && file[0] == 0x89) continue;
      EXPECT_NE(refusal(part), "") << size << " of " << file.size();
    }
  }
}

TEST(DecodeImage, PassesOverWhatFollowsAJpeg) {
  Bytes file = from_hex(kColourJpeg);
  const auto pixels = decoded(file).pixels;
  file.insert(file.end(), {0xFF, 0xC4, 0, 1, 2, 3});
  EXPECT_EQ(decoded(file).pixels, pixels);
}

TEST(DecodeImage, NamesTheFileAndTheReason) {
  EXPECT_EQ(refusal({'G', 'I', 'F', '8'}), "file: is a GIF picture, not a PNG or JPEG picture");
  EXPECT_EQ(refusal({}), "file: is an empty file, not a PNG or JPEG picture");
  Bytes cut = from_hex(kColourJpeg);
  cut.resize(cut.size() - 2);
  EXPECT_EQ(refusal(cut),
            "file: the JPEG data end at offset 355 without an end marker; the file is "
            "truncated");
}

// Enough symbols to reach what stb_image keeps behind its table.
TEST(DecodeImage, RefusesAHuffmanTableThatIsTooLong) {
  Bytes file = {0xFF, 0xD8, 0xFF, 0xC4, 0x10, 0x03, 0x13};
  file.insert(file.end(), 16, 255);
  file.insert(file.end(), std::size_t{16} * 255, 1);
  EXPECT_NE(refusal(file).find("a Huffman table of more than 256 symbols"), std::string::npos);
  file = {0xFF, 0xD8, 0xFF, 0xC4, 0x00, 0x05, 0x13, 1, 1, 1};
  EXPECT_NE(refusal(file).find("a Huffman table that breaks off"), std::string::npos);
}

// stb_image takes a JPEG that begins with padding too, but then its tables went unchecked.
TEST(DecodeImage, TakesAJpegFromItsFirstByteOnly) {
  Bytes file = from_hex(kColourJpeg);
  file.insert(file.begin(), 0xFF);
  EXPECT_EQ(refusal(file),
            "file: begins with 0xFF 0xFF 0xD8 0xFF; it is not a PNG or JPEG picture");
}

TEST(DecodeImage, RefusesHugePicturesByTheirHeader) {
  const std::string grey("\x8\0\0\0\0", 5);
  EXPECT_NE(refusal(make_png(20000, 1, grey, "")).find("declares 20000x1 pixels"),
            std::string::npos);
  EXPECT_NE(refusal(make_png(1, 20000, grey, "")).find("sides of at most 16384"),
            std::string::npos);
  EXPECT_NE(refusal(make_png(16000, 16000, grey, "")).find("768000000 bytes"), std::string::npos);
  Bytes jpeg = from_hex(kProgressiveJpeg);
  const Bytes header = {0xFF, 0xC2, 0x00, 0x0B, 0x08};
  const auto size = std::search(jpeg.begin(), jpeg.end(), header.begin(), header.end()) + 5;
  std::fill(size, size + 4, 0x3F);  // 16191x16191
  EXPECT_NE(refusal(jpeg).find("declares 16191x16191 pixels"), std::string::npos);
}

TEST(DecodeImage, StaysWithinItsMemory) {
  if (!kCountsMemory) GTEST_SKIP() << "a sanitizer's own memory is counted too";
  // One pixel, and data that unpack to 80 MB.
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
