#pragma once

#include "core/file.hpp"
#include "formats/image.hpp"

namespace gan {

/// The orientation, 1 to 8, in EXIF metadata (TIFF, optionally after "Exif\0\0"). Returns 1,
/// upright, if it is missing or unreadable.
int exif_orientation(ByteView exif);

/// Rotates and mirrors the picture so that it is upright.
Image upright(Image image, int orientation);

}  // namespace gan
