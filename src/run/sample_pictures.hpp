#pragma once

#include <cstdint>
#include <vector>

#include <torch/types.h>

#include "core/file.hpp"
#include "gan_train/data/dataset.hpp"
#include "gan_train/train/trainer.hpp"

namespace gan {

/// The items of `data` to show next to `count` samples: the same for all runs on the data, whatever
/// the seed. No item is repeated before all were used. The classes that have
/// images take turns, as in the samples.
std::vector<std::int64_t> pick_real_items(const Dataset& data, std::int64_t count,
                                          const Classes& classes);

/// The PNG pictures in a run's samples folder: samples from the same latents each time, and real
/// images in the same layout.
class SamplePictures {
 public:
  /// The references must outlive the object.
  SamplePictures(const Trainer& trainer, const Dataset& data);

  /// Whether this build can draw them: scatter plots of points need cairo.
  bool can_draw() const;
  /// The current samples: a grid of images, or points among real ones.
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
