#pragma once

#include <cstdint>
#include <string_view>

#include "core/file.hpp"
#include "formats/image.hpp"

namespace gan {

/// No picture may be wider or higher than this, in pixels.
inline constexpr std::int64_t kMaxImageSide = 16384;

/// Decodes a PNG or JPEG file, told apart by content, to 1 channel (grey) or 3
/// (RGB) of 8 bits; transparency is dropped, an orientation in the metadata is not
/// looked at. Before anything is unpacked, the size that the file declares is
/// checked: sides of at most kMaxImageSide, and width x height x 3 (more where it has
/// more channels; twice that where they have 16 bits) of at most `limit`. Takes less
/// than six times `limit` and 64 MiB, whatever the file holds; many threads may decode,
/// large pictures one at a time. Error naming `name` where the file is in neither
/// format, is damaged or breaks off; the checksums in a PNG are not compared.
Image decode_image(ByteView file, std::int64_t channels, std::uint64_t limit,
                   std::string_view name);

}  // namespace gan
