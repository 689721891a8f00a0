#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gan_train/config/choices.hpp"

namespace gan {

/// Every option of a run, with its default. src/config/option.cpp describes each option and its
/// range; choices.hpp names the values of the enums.

/// A label for the discriminator: fixed (lo == hi), or drawn uniformly from [lo, hi] per image.
struct LabelRange {
  double lo = 0.0;
  double hi = 0.0;
  bool operator==(const LabelRange&) const = default;
};

/// Image size in pixels: 64 is a square, 64x96 is WIDTHxHEIGHT, 0 lets the program choose.
struct ImageSize {
  ImageSize(std::int64_t side = 0) : width(side), height(side) {}  // NOLINT: a square is its side
  ImageSize(std::int64_t w, std::int64_t h) : width(w), height(h) {}

  std::int64_t width;
  std::int64_t height;
  bool operator==(const ImageSize&) const = default;
};

/// Widths of a network's hidden layers; empty: chosen to suit the architecture and image size.
using Widths = std::vector<std::int64_t>;

struct DataConfig {
  DatasetKind dataset = DatasetKind::kAuto;
  std::string path = "data/mnist";
  std::string labels;
  PixelRange range = PixelRange::kSymmetric;
  Sampling sampling = Sampling::kEpoch;
  bool drop_last = false;
  std::int64_t limit = 0;
  InMemory in_memory = InMemory::kAuto;
  std::int64_t max_mib = 16384;
  std::int64_t synthetic_size = 10000;
  ImageSize image_size;
  Fit fit = Fit::kCrop;
  std::int64_t channels = 0;
  bool skip_bad = false;
  std::string background = "white";
  std::int64_t max_megapixels = 256;
};

struct ModelConfig {
  Arch arch = Arch::kMlp;
  std::int64_t latent_dim = 100;
  Latent latent = Latent::kNormal;
  Widths generator_widths;
  Widths discriminator_widths;
  Activation generator_activation = Activation::kLeakyRelu;
  double leaky_slope = 0.2;
  double dropout = 0.0;
  Upsampling upsampling = Upsampling::kTransposed;
  std::int64_t kernel = 4;
  bool generator_norm = false;
  bool discriminator_norm = false;
  double norm_eps = 1e-5;
  bool sync_batchnorm = false;
  bool bias = true;
  WeightInit init = WeightInit::kPytorch;
  OutputActivation output = OutputActivation::kTanh;
  bool spectral_norm = false;
  std::int64_t minibatch_stddev = 0;
  std::int64_t pack = 1;
  Conditional conditional = Conditional::kNone;
};

struct LossConfig {
  LossKind kind = LossKind::kBce;
  LabelRange real_label = {1.0, 1.0};
  LabelRange fake_label = {0.0, 0.0};
  double label_flip = 0.0;
  PenaltyKind penalty = PenaltyKind::kNone;
  double penalty_weight = 10.0;
  std::int64_t penalty_every = 1;
  double weight_clip = 0.0;
  double class_weight = 1.0;
};

struct OptimConfig {
  double lr = 2e-4;
  double discriminator_lr = 0.0;
  double beta1 = 0.5;
  double beta2 = 0.999;
  double eps = 1e-8;
  double max_grad_norm = 0.0;
  Schedule schedule = Schedule::kConstant;
  double decay_start = 0.0;
  std::int64_t warmup_steps = 0;
};

struct TrainConfig {
  std::int64_t epochs = 20;
  std::int64_t batch_size = 128;
  std::int64_t steps_per_epoch = 0;
  DiscriminatorBatch discriminator_batch = DiscriminatorBatch::kFull;
  DiscriminatorUpdate discriminator_update = DiscriminatorUpdate::kSummed;
  std::int64_t discriminator_steps = 1;
  bool reuse_fake = false;
  double ema = 0.0;
  double instance_noise = 0.0;
  std::int64_t seed = 1;
  std::string device = "auto";
  std::int64_t threads = 0;
  Precision precision = Precision::kAuto;
  bool cuda_graph = false;
  bool deterministic = false;
  OnNan on_nan = OnNan::kStop;
  bool stop_on_collapse = false;
  KeepBest keep_best = KeepBest::kNone;
};

struct EvalConfig {
  std::int64_t every = 0;
  std::int64_t samples = 10000;
  FeatureKind features = FeatureKind::kAuto;
  std::string weights;
  EvalProtocol protocol = EvalProtocol::kPytorchFid;
};

struct AugmentConfig {
  bool mirror = false;
  double translation = 0.0;
  double cutout = 0.0;
  double brightness = 0.0;
  double saturation = 0.0;
  double contrast = 0.0;
  double target = 0.0;

  /// Whether augmentation is on, so that D sees altered images.
  bool changes_views() const {
    return translation > 0 || cutout > 0 || brightness > 0 || saturation > 0 || contrast > 0;
  }
};

struct OutputConfig {
  std::string dir;
  std::int64_t samples = 64;
  std::int64_t sample_columns = 0;
  std::int64_t sample_every = 1;
  std::int64_t sample_scale = 2;
  bool dark_on_light = false;
  std::int64_t checkpoint_every = 10;
  std::int64_t keep_last = 0;
  std::int64_t keep_every = 0;
  std::int64_t save_state = 1;
  std::int64_t save_state_steps = 0;
  std::int64_t log_every = 0;
  bool report = true;
  bool tensorboard = false;
};

struct Config {
  DataConfig data;
  ModelConfig model;
  LossConfig loss;
  OptimConfig optim;
  TrainConfig train;
  AugmentConfig augment;
  EvalConfig eval;
  OutputConfig output;
};

}  // namespace gan
