#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <torch/types.h>

#include "gan_train/config/config.hpp"
#include "gan_train/data/dataset.hpp"
#include "gan_train/models/networks.hpp"
#include "gan_train/train/adam.hpp"

namespace gan {

class Conditioning;
class Ranks;
class StepDraws;
class StepGraphs;
struct Batch;
struct DiscriminatorInputs;
struct GeneratorInputs;
struct Loss;
struct Penalty;
struct StepInputs;

/// The group of a single process: rank 0 of 1.
Ranks& single_rank();

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// A GAN in training: its state, and the step that advances it. Touches no files.
class Trainer {
 public:
  /// Builds the networks for `data`, which must be valid (Dataset::checked), on
  /// resolve_device(config.train.device), at step 0. `ranks` must outlive the Trainer.
  Trainer(const Config& config, const Dataset& data, Ranks& ranks = single_rank());
  ~Trainer();

  /// Draws the inputs, updates D discriminator_steps times and G once, and updates G's average.
  /// Returns this rank's metrics as a tensor [6] on the device, for step_metrics(), without waiting
  /// for it.
  torch::Tensor step();
  /// The inputs of the next step, by name, as one batch over all ranks.
  NamedTensors next_inputs();

  std::int64_t steps_done() const { return steps_done_; }
  std::int64_t steps_per_epoch() const;
  std::int64_t total_steps() const { return steps_per_epoch() * config_.train.epochs; }
  /// Real images shown to D per step, averaged over an epoch.
  double images_per_step() const;
  void set_steps_done(std::int64_t steps);
  /// Multiplies both learning rates, in addition to the config's schedule.
  void scale_lr(double scale) { lr_scale_ = scale; }
  /// Whether all weights, statistics and moments are finite.
  bool is_finite() const;
  /// Copies the state of rank 0 to all ranks. Every rank must call it.
  void share_state();

  const Config& config() const { return config_; }
  const ImageShape& shape() const { return shape_; }
  /// The classes that the networks are conditioned on; none if unconditional.
  const Classes& classes() const { return classes_; }
  const Conditioning& conditioning() const { return *conditioning_; }
  const torch::Device& device() const { return device_; }
  Ranks& ranks() const { return ranks_; }
  std::int64_t data_size() const { return data_size_; }
  /// fingerprint() of the data.
  const std::string& data_fingerprint() const { return data_fingerprint_; }
  /// "fp32", "tf32" or "bf16": what train.precision means on this device.
  const char* precision() const;

  /// The networks and optimisers, for saving, loading and inspecting.
  Networks networks;
  torch::nn::Sequential ema{nullptr};  ///< average of G's weights if train.ema > 0, else null
  Adam g_optimizer;
  Adam d_optimizer;
  double augmentation = 0.0;  ///< its probability if augment.target is set; adapted per step

  /// The generator to sample from: the average if there is one, with batch-norm statistics computed
  /// for its own weights. Calling this does not change later steps.
  torch::nn::Sequential sampling_generator() const;

 private:
  struct Output;

  torch::Tensor update(const StepInputs& inputs);
  torch::Tensor update_discriminator(const DiscriminatorInputs& in, const Batch& generated);
  torch::Tensor update_generator(const GeneratorInputs& in, const Batch& generated);
  torch::Tensor discriminator_loss(const Output& real, const Output& fake,
                                   const DiscriminatorInputs& in) const;
  torch::Tensor penalty(const DiscriminatorInputs& in, const Batch& real, const Batch& fake);
  void adapt_augmentation(const torch::Tensor& sign);
  torch::Tensor descend_discriminator(const torch::Tensor& loss);
  Batch generate(const torch::Tensor& latents, const torch::Tensor& classes);
  Output discriminate(const Batch& batch);
  torch::Tensor run(torch::nn::Sequential& net, const torch::Tensor& input) const;

  Config config_;
  ImageShape shape_;
  Ranks& ranks_;
  torch::Device device_;
  bool bf16_;
  Classes classes_;
  std::unique_ptr<const Conditioning> conditioning_;
  const Loss& loss_;
  const Penalty& penalty_;
  std::unique_ptr<StepDraws> draws_;
  std::unique_ptr<StepGraphs> graphs_;  // set if train.cuda_graph
  std::int64_t data_size_;
  std::string data_fingerprint_;
  std::int64_t steps_done_ = 0;
  double lr_scale_ = 1.0;
  mutable std::int64_t statistics_step_ = -1;  // step at which ema's statistics were made
};

}  // namespace gan
