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
#include "batches.hpp"
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

// D's loss on real and generated images: the sum of both, or, where they are one batch, the mean.
torch::Tensor both_halves(const Loss& loss, const torch::Tensor& real_logits,
                          const torch::Tensor& fake_logits, const Labels& labels, bool joint) {
  if (loss.needs_pairs()) return loss.pairs(real_logits, fake_logits);
  const auto sum = loss.real(real_logits, labels.real) + loss.fake(fake_logits, labels.fake);
  return joint ? 0.5 * sum : sum;
}

// A loss and what naming classes adds to it, if D names any.
torch::Tensor plus(const torch::Tensor& loss, const torch::Tensor& class_loss) {
  return class_loss.defined() ? loss + class_loss : loss;
}

Batch joined(const Batch& a, const Batch& b) {
  return {torch::cat({a.images, b.images}),
          a.classes.defined() ? torch::cat({a.classes, b.classes}) : torch::Tensor()};
}

void note(StepRecord* record, const char* name, const torch::Tensor& value) {
  if (record != nullptr) record->emplace_back(name, value.detach().cpu().clone());
}

}  // namespace

Trainer::Trainer(const Config& config, const Dataset& data)
    : networks(on_device(
          make_networks(config.model, data.shape, static_cast<std::uint64_t>(config.train.seed),
                        count_classes(config.model, data)),
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
      conditioning_(config.model, count_classes(config.model, data)),
      loss_(find_row(losses(), config.loss.kind, "loss")),
      penalty_(find_row(penalties(), config.loss.penalty, "penalty")),
      sampler_(data.size(), real_batch_size(config.train), config.data,
               static_cast<std::uint64_t>(config.train.seed)),
      data_size_(data.size()),
      steps_per_epoch_(derive_steps_per_epoch(config, sampler_, data.size())) {
  check_batches(config, data.size());
  check_loss(config.loss, config.train);
  check_augment(config.augment, data.shape);
  if (conditioning_.class_count() > 0) classes_ = data.labels.to(device_);
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
      stream_seed(seed(), Stream::kLayers, static_cast<std::uint64_t>(steps_done_));
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
    const Batch real = real_batch(batch);
    real_count = real.images.size(0);
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

Batch Trainer::generate(std::int64_t n, Stream latents, Stream classes, std::int64_t index,
                        StepRecord* record) {
  const auto at = static_cast<std::uint64_t>(index);
  const bool for_d = latents == Stream::kLatentD;
  const auto z = draw_latents(config_.model, n, seed(), latents, at);
  note(record, for_d ? "latents_d" : "latents_g", z);
  auto of = draw_classes(conditioning_.class_count(), n, seed(), classes, at);
  if (of.defined()) {
    note(record, for_d ? "classes_d" : "classes_g", of);
    of = of.to(device_);
  }
  return {run(networks.generator, conditioning_.generator_input(z.to(device_), of)), of};
}

torch::Tensor Trainer::discriminate(const Batch& batch, torch::Tensor* class_loss) {
  const auto output =
      run(networks.discriminator, conditioning_.discriminator_input(batch.images, batch.classes));
  if (const auto loss = conditioning_.class_loss(output, batch.classes);
      loss.defined() && class_loss != nullptr) {
    const auto weighted = config_.loss.class_weight * loss;
    *class_loss = class_loss->defined() ? *class_loss + weighted : weighted;
  }
  return conditioning_.logits(output, batch.classes);
}

Batch Trainer::real_batch(std::int64_t batch) {
  const auto items = sampler_.batch(batch);
  Batch real{gather(samples_, items, config_.data.range), {}};
  if (classes_.defined()) {
    real.classes = classes_.index_select(0, torch::tensor(items, torch::kInt64).to(device_));
  }
  return real;
}

torch::Tensor Trainer::update_discriminator(const Batch& items, std::int64_t batch,
                                            StepRecord* record) {
  const std::int64_t n = items.images.size(0);
  const std::int64_t verdicts = n / config_.model.pack;
  Labels labels = draw_labels(config_.loss, verdicts, seed(), static_cast<std::uint64_t>(batch));
  note(record, "real", items.images);
  if (items.classes.defined()) note(record, "real_classes", items.classes);
  note(record, "real_labels", labels.real);
  note(record, "fake_labels", labels.fake);
  labels = {labels.real.to(device_), labels.fake.to(device_)};

  Batch fake;
  {
    // The graph through G is only kept where G's update goes back through it.
    const torch::AutoGradMode keep_graph(config_.train.reuse_fake);
    fake = generate(n, Stream::kLatentD, Stream::kClassD, batch, record);
  }
  if (config_.train.reuse_fake) fake_ = fake;
  const Lens shown = lens(Stream::kAugmentD, batch, 2 * batch);
  const Batch real = {shown(items.images), items.classes};
  fake.images = shown(fake.images.detach());

  const std::string& mode = config_.train.discriminator_update;
  torch::Tensor real_logits, fake_logits, loss, norm, class_loss;
  if (mode == "separate") {
    real_logits = discriminate(real, &class_loss);
    const auto real_loss =
        penalised(plus(loss_.real(real_logits, labels.real), class_loss), real, fake, batch);
    norm = descend_discriminator(real_loss);
    class_loss.reset();
    fake_logits = discriminate(fake, &class_loss);
    const auto fake_loss = plus(loss_.fake(fake_logits, labels.fake), class_loss);
    norm = 0.5 * (norm + descend_discriminator(fake_loss));
    loss = 0.5 * (real_loss + fake_loss);
  } else {
    if (mode == "joint") {
      const auto logits = discriminate(joined(real, fake), &class_loss).split(verdicts);
      real_logits = logits[0];
      fake_logits = logits[1];
    } else {
      real_logits = discriminate(real, &class_loss);
      fake_logits = discriminate(fake, &class_loss);
    }
    loss = both_halves(loss_, real_logits, fake_logits, labels, mode == "joint");
    loss = penalised(plus(loss, class_loss), real, fake, batch);
    norm = descend_discriminator(loss);
  }
  return torch::stack({loss.detach(), real_logits.detach().sigmoid().mean(),
                       fake_logits.detach().sigmoid().mean(), norm});
}

torch::Tensor Trainer::penalised(const torch::Tensor& loss, const Batch& real, const Batch& fake,
                                 std::int64_t batch) {
  const std::int64_t every = config_.loss.penalty_every;
  if (penalty_.compute == nullptr || batch % every != 0) return loss;
  const auto random = stream_generator(seed(), Stream::kPenalty, static_cast<std::uint64_t>(batch));
  const auto d_of = [this](const torch::Tensor& classes) {
    return [this, classes](const torch::Tensor& images) { return discriminate({images, classes}); };
  };
  // Times the interval, so that its mean weight is the one asked for (Karras et al. 2020).
  return loss + config_.loss.penalty_weight * static_cast<double>(every) *
                    penalty_.compute(d_of(real.classes), d_of(fake.classes), real.images,
                                     fake.images, random);
}

torch::Tensor Trainer::descend_discriminator(const torch::Tensor& loss) {
  const auto norm = descend(loss, d_optimizer, config_.optim.max_grad_norm);
  clip_weights(d_optimizer.parameters(), config_.loss.weight_clip);
  return norm;
}

torch::Tensor Trainer::update_generator(std::int64_t n, StepRecord* record) {
  Batch fake = std::exchange(fake_, {});
  if (!fake.images.defined()) {
    fake = generate(n, Stream::kLatentG, Stream::kClassG, steps_done_, record);
  }
  const Lens shown = lens(Stream::kAugmentG, steps_done_, 2 * steps_done_ + 1);
  torch::Tensor class_loss;
  const auto logits = discriminate({shown(fake.images), fake.classes}, &class_loss);
  const auto real_logits = [&] {
    const torch::NoGradGuard no_grad;  // G moves nothing of it
    const Batch real = std::exchange(real_, {});
    return discriminate({shown(real.images), real.classes});
  };
  const auto loss =
      loss_.needs_pairs() ? loss_.pairs(logits, real_logits()) : loss_.generator(logits);
  const auto whole = plus(loss, class_loss);
  const auto norm = descend(whole, g_optimizer, config_.optim.max_grad_norm);
  return torch::stack({whole.detach(), norm});
}

Lens Trainer::lens(Stream stream, std::int64_t index, std::int64_t noise_index) const {
  const auto random = [&](Stream from, std::int64_t at) {
    return stream_generator(seed(), from, static_cast<std::uint64_t>(at));
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
      const auto inputs = draw_inputs(config_.model, conditioning_.class_count(), kSampleBlock,
                                      seed(), Stream::kCalibrate, static_cast<std::uint64_t>(i));
      ema.ptr()->forward(inputs.to(device_));
    }
  });
  return ema;
}

}  // namespace gan
