#include "train/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gan_train/core/error.hpp"

namespace gan {
namespace {

// Real images in the last batch of a pass over the data.
std::int64_t last_batch_size(const Config& config, std::int64_t data_size) {
  const std::int64_t batch = real_batch_size(config.train);
  const bool keeps_partial = config.data.sampling == Sampling::kEpoch && !config.data.drop_last;
  const std::int64_t rest = keeps_partial ? data_size % batch : 0;
  return rest > 0 ? rest : batch;
}

}  // namespace

bool half_batches(const TrainConfig& train) {
  return train.discriminator_batch == DiscriminatorBatch::kHalf;
}

std::int64_t real_batch_size(const TrainConfig& train) {
  return half_batches(train) ? train.batch_size / 2 : train.batch_size;
}

std::int64_t derive_steps_per_epoch(const Config& config, const BatchSampler& sampler,
                                    std::int64_t data_size) {
  const TrainConfig& train = config.train;
  if (train.steps_per_epoch > 0) return train.steps_per_epoch;
  const std::int64_t k = train.discriminator_steps;
  if (config.data.sampling == Sampling::kReplacement) {
    return std::max<std::int64_t>(1, data_size / (train.batch_size * k));
  }
  return (sampler.batches_per_pass() + k - 1) / k;
}

void check_batches(const Config& config, std::int64_t data_size, int ranks) {
  const ModelConfig& model = config.model;
  if (real_batch_size(config.train) % ranks != 0 ||
      last_batch_size(config, data_size) % ranks != 0) {
    throw usage_error("train.batch_size: batches of ", real_batch_size(config.train),
                      " real images (the last of an epoch: ", last_batch_size(config, data_size),
                      "), can't be divided among ", ranks,
                      " ranks; use a multiple of their number, and data.drop_last = true");
  }
  const std::int64_t batch = real_batch_size(config.train) / ranks;  // of one rank
  const std::int64_t last = last_batch_size(config, data_size) / ranks;
  const std::int64_t row = model.discriminator_norm ? model.pack : 1;  // images per row of D's norm
  if ((model.generator_norm || model.discriminator_norm) && (batch / row == 1 || last / row == 1)) {
    throw usage_error("train.batch_size: batches of ", batch, " real images leave one of a single ",
                      row > 1 ? "pack" : "image", " out of ", data_size,
                      ", too few for batch norm; set data.drop_last = true or another batch size");
  }
  const std::int64_t group = model.pack * std::max<std::int64_t>(1, model.minibatch_stddev);
  if (batch % group != 0) {
    throw usage_error("train.batch_size: batches of ", batch,
                      " real images are not made up of groups of ", group,
                      ", as model.pack and model.minibatch_stddev need; use a multiple of that");
  }
  if (last % group != 0) {
    throw usage_error("train.batch_size: batches of ", batch, " real images leave one of ", last,
                      ", which is not made up of groups of ", group,
                      ", as model.pack and model.minibatch_stddev need; set data.drop_last = true");
  }
}

double lr_factor(const OptimConfig& config, std::int64_t step, std::int64_t total_steps) {
  double factor = 1.0;
  if (step < config.warmup_steps) {
    factor = static_cast<double>(step + 1) / static_cast<double>(config.warmup_steps);
  }
  const double done = static_cast<double>(step) / static_cast<double>(total_steps);
  const double fallen = std::max(0.0, (done - config.decay_start) / (1.0 - config.decay_start));
  switch (config.schedule) {
    case Schedule::kConstant:
      return factor;
    case Schedule::kLinear:
      return factor * (1.0 - fallen);
    case Schedule::kCosine:  // Loshchilov and Hutter 2017
      return factor * 0.5 * (1.0 + std::cos(std::numbers::pi * fallen));
  }
  throw unknown_value(config.schedule);
}

double noise_level(const TrainConfig& config, std::int64_t step, std::int64_t total_steps) {
  return config.instance_noise *
         (1.0 - static_cast<double>(step) / static_cast<double>(total_steps));
}

}  // namespace gan
