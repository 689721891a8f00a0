// Replaces gif.cpp in builds without giflib.
#ifndef GAN_TRAIN_HAS_GIF

#include "formats/gif.hpp"
#include "gan_train/core/error.hpp"

namespace gan {

struct GifEncoder::State {};

bool can_make_gif() { return false; }

GifEncoder::GifEncoder(std::int64_t /*frames_per_second*/) {
  throw usage_error(
      "this build makes no GIF files: giflib was missing; install it (Debian: libgif-dev) and "
      "build again");
}
GifEncoder::~GifEncoder() = default;
void GifEncoder::add(const Image& /*frame*/, std::int64_t /*times*/) {}
Bytes GifEncoder::finish() { return {}; }

}  // namespace gan

#endif  // GAN_TRAIN_HAS_GIF
