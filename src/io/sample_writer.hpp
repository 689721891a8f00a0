#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include <torch/types.h>

#include "formats/image.hpp"
#include "gan_train/config/choices.hpp"
#include "gan_train/core/shape.hpp"

namespace gan {

/// The contents of a sample file.
struct SampleFile {
  std::filesystem::path path;
  std::int64_t count = 0;
  ImageShape shape;
  PixelRange range = PixelRange::kSymmetric;  ///< the values' range, as data.range
  GridOptions grid;
};

/// Takes generated images batch by batch and writes them in one format.
class SampleWriter {
 public:
  explicit SampleWriter(SampleFile file) : file_(std::move(file)) {}
  virtual ~SampleWriter() = default;
  /// `images`: [k, c, h, w] float32 on the CPU, in file_.range.
  virtual void add(const torch::Tensor& images) = 0;
  /// Call it once all `count` images were added.
  virtual void finish() {}

 protected:
  SampleFile file_;
};

/// A format of sample files; `path` is the default file name.
struct SampleFormat {
  std::string_view name;
  std::string_view help;
  std::string_view path;
  bool takes_points;  ///< whether it can hold points rather than pixels
  std::unique_ptr<SampleWriter> (*make)(SampleFile file);
};

/// grid, png, idx, npy, npy-float.
std::span<const SampleFormat> sample_formats();

/// An animated GIF of images, one per frame; throws an Error if the build has no giflib.
std::unique_ptr<SampleWriter> make_gif_writer(SampleFile file, std::int64_t frames_per_second);

/// Writes only the bytes of images to standard output, height x width x channels each. If the
/// reader has closed the pipe, throws an Error with exit code 141 (128 + SIGPIPE).
std::unique_ptr<SampleWriter> make_stdout_writer(SampleFile file);

}  // namespace gan
