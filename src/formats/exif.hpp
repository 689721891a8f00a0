#pragma once

#include "core/file.hpp"
#include "formats/image.hpp"

namespace gan {

/// How EXIF metadata (TIFF, perhaps behind "Exif\0\0") say that a picture lies: 1 to 8; 1, that it
/// is upright, where they don't say or can't be read.
int exif_orientation(ByteView exif);

/// The picture turned and mirrored so that it is upright.
Image upright(Image image, int orientation);

}  // namespace gan
