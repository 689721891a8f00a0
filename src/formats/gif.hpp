#pragma once

#include <cstdint>
#include <memory>

#include "core/file.hpp"
#include "formats/image.hpp"

namespace gan {

/// Whether this build can write GIF files (built with giflib).
bool can_make_gif();

/// Encodes a looping animated GIF (89a), frame by frame; memory holds the file, not the frames.
/// Grey frames and frames of at most 256 colours are exact; others are reduced to 256 colours by a
/// median cut per frame.
class GifEncoder {
 public:
  /// `frames_per_second`: 1 to 50; the pause between frames is rounded to GIF's hundredths of a
  /// second. Throws an Error (exit code 2) if this build has no giflib.
  explicit GifEncoder(std::int64_t frames_per_second);
  ~GifEncoder();

  /// Shows `frame` for the duration of `times` frames. Throws an Error if its size differs from the
  /// first frame's, which may have up to 65,535 pixels per side.
  void add(const Image& frame, std::int64_t times = 1);
  /// The bytes of the file, after at least one frame. The encoder can't be used afterwards.
  Bytes finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gan
