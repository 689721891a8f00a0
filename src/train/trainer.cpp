#include "gan_train/train/trainer.hpp"

#include <algorithm>
#include <utility>

#include <torch/torch.h>

#include "gan_train/core/error.hpp"
#include "gan_train/core/registry.hpp"
#include "gan_train/train/device.hpp"
#include "gan_train/train/precision.hpp"
#include "gan_train/train/sample.hpp"

#include "augment.hpp"
#include "average.hpp"
#include "descent.hpp"
#include "labels.hpp"
#include "schedule.hpp"

namespace gan {
namespace {

Networks on_device(Networks networks, const torch::Device& device) {
  networks.generator->to(device);
  networks.discriminator->to(device);
  return networks;
}

// The batches that averaged batch norms take their statistics from.
constexpr std::int64_t kCalibrationBatches = 16;

bool half_batches(const TrainConfig& train) { return train.discriminator_batch == "half"; }

std::int64_t real_batch_size(const TrainConfig& train) {
  return half_batches(train) ? train.batch_size / 2 : train.batch_size;
}

// An epoch is one pass of D over the data; with replacement it is as many steps
// as full batches make up the data's number.
std::int64_t derive_steps_per_epoch(const Config& config, const BatchSampler& sampler,
                                    std::int64_t data_size) {
  const TrainConfig& train = config.train;
  if (train.steps_per_epoch > 0) return train.steps_per_epoch;
  const std::int64_t k = train.discriminator_steps;
  if (config.data.sampling == "replacement") {
    return std::max<std::int64_t>(1, data_size / (train.batch_size * k));
  }
  return (sampler.batches_per_pass() + k - 1) / k;
}

// Batch norm cannot normalise a batch of one; better said now than at the end of an epoch.
void check_batches(const Config& config, std::int64_t data_size) {
  if (!config.model.generator_norm && !config.model.discriminator_norm) return;
  const std::int64_t batch = real_batch_size(config.train);
  const bool keeps_partial = config.data.sampling == "epoch" && !config.data.drop_last;
  if (batch == 1 || (keeps_partial && data_size % batch == 1)) {
    throw usage_error("train.batch_size: batches of ", batch,
                      " real images leave one of a single "
                      "image out of ",
                      data_size,
                      ", too few for batch norm; set data.drop_last = "
                      "true or another batch size");
  }
}

// D's loss on real and generated images: the sum of both, or, where they are one batch, the mean.
torch::Tensor both_halves(const Loss& loss, const torch::Tensor& real_logits,
                          const torch::Tensor& fake_logits, const Labels& labels, bool joint) {
  if (loss.needs_pairs()) return loss.pairs(real_logits, fake_logits);
  const auto sum = loss.real(real_logits, labels.real) + loss.fake(fake_logits, labels.fake);
  return joint ? 0.5 * sum : sum;
}

void note(StepRecord* record, const char* name, const torch::Tensor& value) {
  if (record != nullptr) record->emplace_back(name, value.detach().cpu().clone());
}

}  // namespace

Trainer::Trainer(const Config& config, const Dataset& data)
    : networks(on_device(
          make_networks(config.model, data.shape, static_cast<std::uint64_t>(config.train.seed)),
          resolve_device(config.train.device))),
      g_optimizer(networks.generator->parameters(), config.optim.lr, config.optim),
      d_optimizer(
          networks.discriminator->parameters(),
          config.optim.discriminator_lr > 0 ? config.optim.discriminator_lr : config.optim.lr,
          config.optim),
      config_(config),
      shape_(data.shape),
      device_(resolve_device(config.train.device)),
      bf16_(use_bf16(config.train.precision, device_)),
      samples_(data.samples.to(device_)),
      loss_(find_row(losses(), config.loss.kind, "loss")),
      penalty_(find_row(penalties(), config.loss.penalty, "penalty")),
      sampler_(data.size(), real_batch_size(config.train), config.data,
               static_cast<std::uint64_t>(config.train.seed)),
      data_size_(data.size()),
      steps_per_epoch_(derive_steps_per_epoch(config, sampler_, data.size())) {
  check_batches(config, data.size());
  check_loss(config.loss, config.train);
  check_augment(config.augment, data.shape);
  if (config.train.ema > 0) {
    ema = std::dynamic_pointer_cast<torch::nn::SequentialImpl>(networks.generator->clone());
  }
}

double Trainer::images_per_step() const {
  const bool passes = config_.data.sampling == "epoch" && config_.train.steps_per_epoch == 0;
  if (passes && !config_.data.drop_last) {
    return static_cast<double>(data_size_) / static_cast<double>(steps_per_epoch_);
  }
  return static_cast<double>(config_.train.discriminator_steps * real_batch_size(config_.train));
}

bool Trainer::is_finite() const {
  std::vector<torch::Tensor> all;
  for (const auto* net : {&networks.generator, &networks.discriminator, &ema}) {
    if (net->is_empty()) continue;
    for (const auto& tensor : (*net)->parameters()) all.push_back(tensor);
    for (const auto& tensor : (*net)->buffers()) all.push_back(tensor);
  }
  for (const auto* adam : {&g_optimizer, &d_optimizer}) {
    all.insert(all.end(), adam->state().exp_avg.begin(), adam->state().exp_avg.end());
    all.insert(all.end(), adam->state().exp_avg_sq.begin(), adam->state().exp_avg_sq.end());
  }
  return std::all_of(all.begin(), all.end(), [](const torch::Tensor& tensor) {
    return tensor.detach().isfinite().all().item<bool>();
  });
}

torch::Tensor Trainer::step(StepRecord* record) {
  const std::uint64_t layer_seed =
      stream_seed(static_cast<std::uint64_t>(config_.train.seed), Stream::kLayers,
                  static_cast<std::uint64_t>(steps_done_));
  torch::manual_seed(layer_seed);
  note(record, "layer_seed", torch::tensor(static_cast<std::int64_t>(layer_seed)));

  const double scale = lr_scale_ * lr_factor(config_.optim, steps_done_, total_steps());
  g_optimizer.scale_lr(scale);
  d_optimizer.scale_lr(scale);

  const std::int64_t k = config_.train.discriminator_steps;
  torch::Tensor d_figures;
  std::int64_t real_count = 0;
  for (std::int64_t i = 0; i < k; ++i) {
    const std::int64_t batch = steps_done_ * k + i;
    const auto real = gather(samples_, sampler_.batch(batch), config_.data.range);
    real_count = real.size(0);
    if (loss_.needs_pairs()) real_ = real;
    const auto figures = update_discriminator(real, batch, record);
    d_figures = d_figures.defined() ? d_figures + figures : figures;
  }
  if (k > 1) d_figures = d_figures / k;

  const std::int64_t g_count = half_batches(config_.train) ? 2 * real_count : real_count;
  const auto g = update_generator(g_count, record).unbind();
  if (ema) update_average(*ema, *networks.generator, config_.train.ema);
  ++steps_done_;
  const auto d = d_figures.unbind();
  return torch::stack({d[0], g[0], d[1], d[2], d[3], g[1]});
}

torch::Tensor Trainer::run(torch::nn::Sequential& net, const torch::Tensor& input) const {
  const Autocast autocast(device_, bf16_);
  return net->forward(input).to(torch::kFloat32);
}

torch::Tensor Trainer::generate(const torch::Tensor& latents) {
  return run(networks.generator, latents);
}

torch::Tensor Trainer::discriminate(const torch::Tensor& images) {
  return run(networks.discriminator, images);
}

torch::Tensor Trainer::update_discriminator(const torch::Tensor& images, std::int64_t batch,
                                            StepRecord* record) {
  const std::int64_t n = images.size(0);
  Labels labels = draw_labels(config_.loss, n, static_cast<std::uint64_t>(config_.train.seed),
                              static_cast<std::uint64_t>(batch));
  note(record, "real", images);
  note(record, "real_labels", labels.real);
  note(record, "fake_labels", labels.fake);
  labels = {labels.real.to(device_), labels.fake.to(device_)};

  const auto z = latents(n, Stream::kLatentD, batch, record);
  torch::Tensor fake;
  {
    // The graph through G is only kept where G's update goes back through it.
    const torch::AutoGradMode keep_graph(config_.train.reuse_fake);
    fake = generate(z);
  }
  if (config_.train.reuse_fake) fake_ = fake;
  const Lens shown = lens(Stream::kAugmentD, batch, 2 * batch);
  const torch::Tensor real = shown(images);
  fake = shown(fake.detach());

  const std::string& mode = config_.train.discriminator_update;
  torch::Tensor real_logits, fake_logits, loss, norm;
  if (mode == "separate") {
    real_logits = discriminate(real);
    const auto real_loss = penalised(loss_.real(real_logits, labels.real), real, fake, batch);
    norm = descend_discriminator(real_loss);
    fake_logits = discriminate(fake);
    const auto fake_loss = loss_.fake(fake_logits, labels.fake);
    norm = 0.5 * (norm + descend_discriminator(fake_loss));
    loss = 0.5 * (real_loss + fake_loss);
  } else {
    if (mode == "joint") {
      const auto logits = discriminate(torch::cat({real, fake})).split(n);
      real_logits = logits[0];
      fake_logits = logits[1];
    } else {
      real_logits = discriminate(real);
      fake_logits = discriminate(fake);
    }
    loss = both_halves(loss_, real_logits, fake_logits, labels, mode == "joint");
    loss = penalised(loss, real, fake, batch);
    norm = descend_discriminator(loss);
  }
  return torch::stack({loss.detach(), real_logits.detach().sigmoid().mean(),
                       fake_logits.detach().sigmoid().mean(), norm});
}

torch::Tensor Trainer::penalised(const torch::Tensor& loss, const torch::Tensor& real,
                                 const torch::Tensor& fake, std::int64_t batch) {
  const std::int64_t every = config_.loss.penalty_every;
  if (penalty_.compute == nullptr || batch % every != 0) return loss;
  const auto random = at::make_generator<at::CPUGeneratorImpl>(
      stream_seed(static_cast<std::uint64_t>(config_.train.seed), Stream::kPenalty,
                  static_cast<std::uint64_t>(batch)));
  const auto d = [this](const torch::Tensor& images) { return discriminate(images); };
  // Times the interval, so that its mean weight is the one asked for (Karras et al. 2020).
  return loss + config_.loss.penalty_weight * static_cast<double>(every) *
                    penalty_.compute(d, real, fake, random);
}

torch::Tensor Trainer::descend_discriminator(const torch::Tensor& loss) {
  const auto norm = descend(loss, d_optimizer, config_.optim.max_grad_norm);
  clip_weights(d_optimizer.parameters(), config_.loss.weight_clip);
  return norm;
}

torch::Tensor Trainer::update_generator(std::int64_t n, StepRecord* record) {
  torch::Tensor fake = std::exchange(fake_, torch::Tensor());
  if (!fake.defined()) {
    fake = generate(latents(n, Stream::kLatentG, steps_done_, record));
  }
  const Lens shown = lens(Stream::kAugmentG, steps_done_, 2 * steps_done_ + 1);
  const auto logits = discriminate(shown(fake));
  const auto real_logits = [&] {
    const torch::NoGradGuard no_grad;  // G moves nothing of it
    return discriminate(shown(std::exchange(real_, torch::Tensor())));
  };
  const auto loss =
      loss_.needs_pairs() ? loss_.pairs(logits, real_logits()) : loss_.generator(logits);
  const auto norm = descend(loss, g_optimizer, config_.optim.max_grad_norm);
  return torch::stack({loss.detach(), norm});
}

torch::Tensor Trainer::latents(std::int64_t n, Stream stream, std::int64_t index,
                               StepRecord* record) const {
  const auto z = draw_latents(config_.model, n, static_cast<std::uint64_t>(config_.train.seed),
                              stream, static_cast<std::uint64_t>(index));
  note(record, stream == Stream::kLatentD ? "latents_d" : "latents_g", z);
  return z.to(device_);
}

Lens Trainer::lens(Stream stream, std::int64_t index, std::int64_t noise_index) const {
  const auto random = [&](Stream from, std::int64_t at) {
    return at::make_generator<at::CPUGeneratorImpl>(stream_seed(
        static_cast<std::uint64_t>(config_.train.seed), from, static_cast<std::uint64_t>(at)));
  };
  return {config_.augment, random(stream, index),
          noise_level(config_.train, steps_done_, total_steps()),
          random(Stream::kNoise, noise_index)};
}

torch::nn::Sequential Trainer::sampling_generator() const {
  if (!ema) return networks.generator;
  if (std::exchange(calibrated_at_, steps_done_) == steps_done_) return ema;
  recompute_statistics(*ema.ptr(), [&] {
    for (std::int64_t i = 0; i < kCalibrationBatches; ++i) {
      ema.ptr()->forward(latents(kSampleBlock, Stream::kCalibrate, i, nullptr));
    }
  });
  return ema;
}

}  // namespace gan
