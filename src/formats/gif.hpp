#pragma once

#include <cstdint>
#include <memory>

#include "core/file.hpp"
#include "formats/image.hpp"

namespace gan {

/// Whether this build can make GIF files (giflib was there).
bool can_make_gif();

/// Makes an animated GIF (89a) that plays over and over, frame by frame; memory holds the file,
/// not the frames. Grey frames, and those of at most 256 colours, are kept exactly; others
/// get the 256 colours that a median cut of their own finds.
class GifEncoder {
 public:
  /// `frames_per_second`: 1 to 50. A GIF counts in hundredths of a second: the pause between
  /// frames is rounded to them. Error (exit code 2) where this build has no giflib.
  explicit GifEncoder(std::int64_t frames_per_second);
  ~GifEncoder();

  /// Shows `frame` for the time of `times` frames. Error where it is not as large as the
  /// first, which may have 65,535 pixels a side.
  void add(const Image& frame, std::int64_t times = 1);
  /// The bytes of the file, after at least one frame; the encoder is of no more use then.
  Bytes finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gan
