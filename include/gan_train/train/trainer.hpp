#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <torch/types.h>

#include "gan_train/config/config.hpp"
#include "gan_train/core/random.hpp"
#include "gan_train/data/dataset.hpp"
#include "gan_train/data/sampler.hpp"
#include "gan_train/losses/loss.hpp"
#include "gan_train/losses/penalty.hpp"
#include "gan_train/models/conditioning.hpp"
#include "gan_train/models/networks.hpp"
#include "gan_train/train/adam.hpp"

namespace gan {

/// The figures of a step, in the order of the tensor that Trainer::step returns.
enum Figure : std::int64_t {
  kDLoss,  ///< as D was updated: the joint mean, the sum, or half the sum of separate updates
  kGLoss,
  kDReal,      ///< mean of D(x) = sigmoid(logit) over the real images
  kDFake,      ///< mean of D(G(z)) over the generated images D was trained on
  kDGradNorm,  ///< L2 norm of the gradient of all of D's parameters, mean over D's updates
  kGGradNorm,  ///< likewise of G's
  kFigureCount
};

class Feed;
class StepGraphs;
struct Lens;

/// Images [n, c, h, w] and their classes [n], undefined where the GAN is unconditional.
struct Batch {
  torch::Tensor images;
  torch::Tensor classes;
};

/// What one step consumed, by name, for comparing it with another program.
using StepRecord = std::vector<std::pair<std::string, torch::Tensor>>;

/// A GAN in training: the state, and the step that moves it on. Touches no
/// files. Every random number is a pure function of (seed, stream, position):
/// see core/random.hpp.
class Trainer {
 public:
  /// Builds the networks for `data`, which has to be sound (Dataset::checked), and starts at step
  /// 0. Runs on resolve_device(config.train.device).
  Trainer(const Config& config, const Dataset& data);
  ~Trainer();

  /// discriminator_steps updates of D, then one of G. Returns the step's figures
  /// (means over D's updates, of this rank's images) as [kFigureCount] on the
  /// device, so that nothing has to wait for it. With `record`, adds every batch, latent, label and
  /// seed used to it.
  torch::Tensor step(StepRecord* record = nullptr);

  std::int64_t steps_per_epoch() const { return steps_per_epoch_; }
  std::int64_t total_steps() const { return steps_per_epoch_ * config_.train.epochs; }
  std::int64_t steps_done() const { return steps_done_; }
  void set_steps_done(std::int64_t steps) {
    steps_done_ = steps;
    calibrated_at_ = -1;
  }
  /// Real images D is shown a step, on average over an epoch.
  double images_per_step() const;
  /// Multiplies both learning rates that the config asks for, beside its schedule.
  void scale_lr(double scale) { lr_scale_ = scale; }
  /// Whether all weights, statistics and moments are finite numbers.
  bool is_finite() const;
  /// Items in the data set.
  std::int64_t data_size() const { return data_size_; }
  /// Their fingerprint().
  const std::string& data_sum() const { return data_sum_; }

  const Config& config() const { return config_; }
  const ImageShape& shape() const { return shape_; }
  /// The classes, if any, and how they get into the networks.
  const Conditioning& conditioning() const { return conditioning_; }
  const torch::Device& device() const { return device_; }
  /// "fp32", "tf32" or "bf16": what train.precision has come to mean here.
  const char* precision() const {
    const bool tf32 = config_.train.precision == Precision::kTf32 && device_.is_cuda();
    return bf16_ ? "bf16" : tf32 ? "tf32" : "fp32";
  }

  /// Gives all ranks the state of rank 0: at the start of a run, and after rank 0 went back to
  /// one that was saved. Every rank calls it.
  void share_state();

  /// The networks and optimisers, for whoever saves, loads or inspects them.
  Networks networks;
  torch::nn::Sequential ema{nullptr};  ///< averaged G where train.ema > 0, else null
  Adam g_optimizer;
  Adam d_optimizer;

  /// The generator to sample from: the averaged one where there is one, its batch norms with
  /// the statistics of its own weights. They are made anew where steps were done since they
  /// were last asked for: always from the same latents, and no part of the training.
  torch::nn::Sequential sampling_generator() const;

 private:
  /// Which of a stream's draws a step takes: there are `each` in a step.
  struct Place {
    std::int64_t each = 1;
    std::int64_t which = 0;
    std::int64_t at(std::int64_t step) const { return step * each + which; }
    std::uint64_t index(std::int64_t step) const { return static_cast<std::uint64_t>(at(step)); }
  };
  Place for_d(std::int64_t which) const { return {config_.train.discriminator_steps, which}; }

  /// Streams that every rank draws from on its own, at places of its own.
  std::uint64_t own_index(std::int64_t index) const;
  std::vector<torch::Tensor> weights() const;
  /// What a step does on the device, with its figures; and what sets it apart from steps that
  /// launch other kernels.
  torch::Tensor update(StepRecord* record);
  std::string step_shape();
  /// A network's output as float32, whatever precision it computes in.
  torch::Tensor run(torch::nn::Sequential& net, const torch::Tensor& input) const;
  /// The only calls of G and of D in a step: n images from those streams, and the logits
  /// [n / model.pack] of a batch. Where D names classes, the weighted cross-entropy is added
  /// to `class_loss`, if one is given.
  Batch generate(std::int64_t n, Stream latents, Stream classes, Place place, StepRecord* record);
  torch::Tensor discriminate(const Batch& batch, torch::Tensor* class_loss = nullptr);
  /// Both return their part of the figures: {loss, D(x), D(G(z)), gradient norm}
  /// and {loss, gradient norm}.
  torch::Tensor update_discriminator(const Batch& items, Place place, StepRecord* record);
  torch::Tensor update_generator(std::int64_t n, StepRecord* record);
  /// The items of the data set in a batch of D: which ones, of this rank's share; their images,
  /// where these are on disk; and both with their classes, on the device.
  torch::Tensor own_items(std::int64_t batch);
  torch::Tensor read_images(std::int64_t batch);
  Batch real_batch(Place place);
  bool penalty_is_due(std::int64_t batch) const;
  /// D's loss with the penalty on what D was shown, where it is due in that batch.
  torch::Tensor penalised(const torch::Tensor& loss, const Batch& real, const Batch& fake,
                          std::int64_t batch);
  torch::Tensor descend_discriminator(const torch::Tensor& loss);
  std::uint64_t seed() const { return static_cast<std::uint64_t>(config_.train.seed); }
  /// How D is shown images in that update.
  Lens lens(Stream stream, std::int64_t index, std::int64_t noise_index) const;

  Config config_;
  ImageShape shape_;
  torch::Device device_;
  bool bf16_;
  torch::Tensor samples_;  // on the device, or undefined where stored_
  std::shared_ptr<const StoredImages> stored_;
  Conditioning conditioning_;
  torch::Tensor classes_;  // of the samples; undefined where unconditional
  const Loss& loss_;
  const Penalty& penalty_;
  BatchSampler sampler_;
  std::int64_t data_size_;
  std::int64_t steps_per_epoch_;
  std::int64_t steps_done_ = 0;
  double lr_scale_ = 1.0;
  mutable std::int64_t calibrated_at_ = -1;  // the step that ema's statistics are of
  Batch real_;  // D's last real images, where G's loss compares with them
  Batch fake_;  // D's last fakes with their graph, where reuse_fake
  std::unique_ptr<Feed> feed_;
  std::unique_ptr<StepGraphs> graphs_;  // where train.cuda_graph
  std::string data_sum_;
};

}  // namespace gan
