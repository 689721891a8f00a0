#include <memory>
#include <webp/decode.h>
#include <webp/demux.h>

#include "formats/exif.hpp"
#include "formats/picture_readers.hpp"

namespace gan {
namespace {

int webp_orientation(const WebPDemuxer* demuxer) {
  WebPChunkIterator chunk{};
  if (WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk) == 0) return 1;
  const int orientation = exif_orientation({chunk.chunk.bytes, chunk.chunk.size});
  WebPDemuxReleaseChunkIterator(&chunk);
  return orientation;
}

}  // namespace

StoredPicture read_webp(ByteView file, const DecodeOptions& options, std::string_view name) {
  const WebPData data{file.data(), file.size()};
  const std::unique_ptr<WebPDemuxer, decltype(&WebPDemuxDelete)> demuxer(WebPDemux(&data),
                                                                         &WebPDemuxDelete);
  WebPIterator frame{};
  if (demuxer == nullptr || WebPDemuxGetFrame(demuxer.get(), 1, &frame) == 0) {
    throw undecodable(name, "damaged or truncated WebP data");
  }
  const std::unique_ptr<WebPIterator, decltype(&WebPDemuxReleaseIterator)> release(
      &frame, &WebPDemuxReleaseIterator);
  const std::int64_t width = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH);
  const std::int64_t height = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT);
  check_size(width, height, options, name);
  // The first frame of an animation may not cover the whole canvas.
  const bool covers = frame.width == width && frame.height == height;
  Image image{width, height, frame.has_alpha != 0 || !covers ? 4 : 3, {}};
  const auto row = static_cast<std::size_t>(width * image.channels);
  image.pixels.resize(row * static_cast<std::size_t>(height));
  const auto first = row * static_cast<std::size_t>(frame.y_offset) +
                     static_cast<std::size_t>(frame.x_offset * image.channels);
  const auto decode = image.channels == 4 ? WebPDecodeRGBAInto : WebPDecodeRGBInto;
  if (decode(frame.fragment.bytes, frame.fragment.size, image.pixels.data() + first,
             image.pixels.size() - first, static_cast<int>(row)) == nullptr) {
    throw undecodable(name, "damaged WebP data");
  }
  return {std::move(image), width, height, webp_orientation(demuxer.get())};
}

}  // namespace gan
