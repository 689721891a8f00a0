#pragma once

#include <cstdint>
#include <vector>

#include <torch/types.h>

#include "core/file.hpp"
#include "gan_train/data/dataset.hpp"
#include "gan_train/train/trainer.hpp"

namespace gan {

/// The items of `data` to show beside `count` samples: the same for all runs on the data, with any
/// seed. Each is drawn once before any comes again. With classes, item i is of the
/// (i % classes.size())-th, as the samples are.
std::vector<std::int64_t> pick_real_items(const Dataset& data, std::int64_t count,
                                          const Classes& classes);

/// The pictures in a run's samples folder, as PNG files: samples of the same latents each time, and
/// real images in the same places.
class SamplePictures {
 public:
  /// The references must outlive it.
  SamplePictures(const Trainer& trainer, const Dataset& data);

  /// Whether this build can draw them: scatter plots of points need cairo.
  bool can_draw() const;
  /// What G makes of the latents: a grid of images, or points among real ones.
  Bytes samples(std::int64_t epoch) const;
  /// The grid of real images, as the networks see them. Not for points.
  Bytes real_images() const;

 private:
  Bytes grid(const torch::Tensor& images) const;

  const Trainer& trainer_;
  const Dataset& data_;
  torch::Tensor inputs_;
};

}  // namespace gan
