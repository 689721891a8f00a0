#include "formats/exif.hpp"

#include <gtest/gtest.h>

namespace gan {
namespace {

using namespace std::string_literals;

// A directory with two entries, of which the second is the orientation.
const std::string kTurned =
    "Exif\0\0MM\0*\0\0\0\10\0\2\1\20\0\2\0\0\0\1x\0\0\0\1\22\0\3\0\0\0\1\0\6\0\0"s;

TEST(Exif, FindsTheOrientation) {
  EXPECT_EQ(exif_orientation(as_bytes(kTurned)), 6);
  EXPECT_EQ(exif_orientation(as_bytes(kTurned).subspan(6)), 6);
  const auto wide = "II*\0\10\0\0\0\1\0\22\1\4\0\1\0\0\0\3\0\0\0"s;  // of type LONG
  EXPECT_EQ(exif_orientation(as_bytes(wide)), 3);
}

TEST(Exif, TakesAPictureForUprightWhereItCantTell) {
  EXPECT_EQ(exif_orientation({}), 1);
  EXPECT_EQ(exif_orientation(as_bytes("no TIFF data")), 1);
  for (std::size_t size = 0; size < kTurned.size() - 2; ++size) {
    EXPECT_EQ(exif_orientation(as_bytes(kTurned).first(size)), 1) << size;
  }
  EXPECT_EQ(exif_orientation(as_bytes("MM\0*\xff\xff\xff\xff\xff\xff"s)), 1);
}

TEST(Exif, UprightKeepsEachPixelWhole) {
  const Image image{2, 1, 3, {1, 2, 3, 4, 5, 6}};
  const Image mirrored = upright(image, 2);
  EXPECT_EQ(mirrored.pixels, (Bytes{4, 5, 6, 1, 2, 3}));
  const Image turned = upright(image, 8);
  EXPECT_EQ(turned.width, 1);
  EXPECT_EQ(turned.height, 2);
  EXPECT_EQ(turned.pixels, (Bytes{4, 5, 6, 1, 2, 3}));
}

}  // namespace
}  // namespace gan
