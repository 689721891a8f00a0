#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <torch/types.h>

#include "data/sampler.hpp"
#include "gan_train/config/config.hpp"
#include "gan_train/data/dataset.hpp"
#include "gan_train/train/trainer.hpp"
#include "losses/loss.hpp"
#include "losses/penalty.hpp"
#include "train/augment.hpp"

namespace gan {

/// Inputs of one update of D: n real and n generated images. Classes are undefined if the GAN is
/// unconditional.
struct DiscriminatorInputs {
  torch::Tensor real;         ///< images [n, c, h, w] in data.range
  torch::Tensor real_labels;  ///< [n / model.pack], float32
  torch::Tensor fake_labels;  ///< likewise
  torch::Tensor latents;      ///< [n, latent_dim] for the generated images
  torch::Tensor classes;      ///< [n] int64, of the real images; the generated ones get the same
  View real_view;
  View fake_view;
  std::optional<PenaltyNoise> penalty;  ///< set if the penalty is due in this update
};

/// Inputs of G's update: n generated images, and as many real ones if the loss compares pairs.
struct GeneratorInputs {
  torch::Tensor latents;  ///< [n, latent_dim]; undefined with train.reuse_fake
  torch::Tensor classes;  ///< [n] int64, likewise
  View fake_view;
  torch::Tensor real;  ///< those of D's last update; undefined if the loss needs none
  torch::Tensor real_classes;
  View real_view;
};

/// All random inputs of a step, one rank's share, on the device.
struct StepInputs {
  std::uint64_t layer_seed = 0;  ///< for dropout and other random layers
  std::vector<DiscriminatorInputs> d;
  GeneratorInputs g;
};

/// Calls `use(name, tensor)` for each tensor of `inputs`, including undefined ones. D's come first,
/// update by update; G's copies of the real images have D's names with "_g" appended.
template <typename Inputs, typename Use>
void for_each_tensor(Inputs& inputs, Use use) {
  const auto view = [&](const std::string& whose, auto& v) {
    use("brightness_" + whose, v.brightness);
    use("saturation_" + whose, v.saturation);
    use("contrast_" + whose, v.contrast);
    use("shift_" + whose, v.shift);
    use("hole_" + whose, v.hole);
    use("noise_" + whose, v.noise);
  };
  for (auto& d : inputs.d) {
    use("real", d.real);
    use("real_labels", d.real_labels);
    use("fake_labels", d.fake_labels);
    use("latents_d", d.latents);
    use("classes_d", d.classes);
    view("real", d.real_view);
    view("fake", d.fake_view);
    if (d.penalty) {
      use("penalty_shares", d.penalty->shares);
      use("penalty_pixels", d.penalty->pixels);
    }
  }
  auto& g = inputs.g;
  use("latents_g", g.latents);
  use("classes_g", g.classes);
  view("fake_g", g.fake_view);
  use("real_g", g.real);
  use("real_classes_g", g.real_classes);
  view("real_g", g.real_view);
}

/// Draws the inputs of each step. Every number is a pure function of (seed, stream, position): see
/// core/random.hpp. Latents, classes, labels and items are drawn for the whole batch, and each rank
/// takes its share; views and penalty noise are drawn per rank.
class StepDraws {
 public:
  /// For `ranks` ranks. Keeps the data on `device`, unless they stay on disk.
  StepDraws(const Config& config, const Dataset& data, const torch::Device& device, int ranks);

  /// The inputs of rank `rank` in step 0, 1, …, with this augmentation probability
  /// (augment.target).
  StepInputs draw(std::int64_t step, int rank, double probability = 0.0);

  std::int64_t steps_per_epoch() const { return steps_per_epoch_; }
  /// Real images shown to D per step, averaged over an epoch.
  double images_per_step() const;

 private:
  DiscriminatorInputs draw_discriminator(std::int64_t batch, const ViewLevel& level, int rank);
  GeneratorInputs draw_generator(std::int64_t step, const ViewLevel& level, int rank,
                                 const DiscriminatorInputs& last);
  /// Reads from disk if the images are there, and prefetches the next batch.
  torch::Tensor real_images(std::int64_t batch, const torch::Tensor& items, int rank);
  torch::Tensor items(std::int64_t batch, int rank);

  Config config_;
  Dataset data_;  // data in memory are on the device
  torch::Device device_;
  int ranks_;
  Classes classes_;
  const Loss& loss_;
  const Penalty& penalty_;
  BatchSampler sampler_;
  std::int64_t steps_per_epoch_;
};

/// Labels [2, n] of n real and n generated images, from `loss.real_label`, `loss.fake_label` and
/// `loss.label_flip`. A flipped image takes the label drawn for its partner in the other half.
torch::Tensor draw_labels(const LossConfig& config, std::int64_t n, std::uint64_t seed,
                          std::uint64_t batch);

/// Which of a batch's n real images augment.mirror mirrors: bool [n].
torch::Tensor draw_mirrors(std::int64_t n, std::uint64_t seed, std::uint64_t batch);

/// The inputs of all ranks as one batch, by name; repeated names are numbered ("real_2").
NamedTensors whole_batch(const std::vector<StepInputs>& of_ranks);

}  // namespace gan
