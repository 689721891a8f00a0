#include "gan_train/train/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include <torch/nn/modules/container/sequential.h>
#include <torch/utils.h>

#include "gan_train/config/option.hpp"
#include "gan_train/sampling/sample.hpp"
#include "gan_train/train/metrics.hpp"
#include "losses/loss.hpp"
#include "losses/penalty.hpp"
#include "models/batch_norm.hpp"
#include "models/conditioning.hpp"
#include "models/precision.hpp"
#include "train/augment.hpp"
#include "train/average.hpp"
#include "train/device.hpp"
#include "train/draws.hpp"
#include "train/schedule.hpp"
#include "train/step_graph.hpp"

namespace gan {

// ── The step ─────────────────────────────────────────────────────────────────

// Images [n, c, h, w] and their classes [n], undefined if the GAN is unconditional.
struct Batch {
  torch::Tensor images;
  torch::Tensor classes;
};

// D's logits, and for acgan the weighted cross-entropy of the classes (otherwise undefined).
struct Trainer::Output {
  torch::Tensor logits;
  torch::Tensor class_loss;
};

namespace {

// Steps between checks that all ranks have the same weights.
constexpr std::int64_t kCheckEvery = 100;
// Steps between changes of the augmentation probability (Karras et al. 2020).
constexpr std::int64_t kAdaptEvery = 4;

// The sum of the defined terms.
torch::Tensor sum_of(std::initializer_list<torch::Tensor> terms) {
  torch::Tensor sum;
  for (const auto& term : terms) {
    if (term.defined()) sum = sum.defined() ? sum + term : term;
  }
  return sum;
}

Batch joined(const Batch& a, const Batch& b) {
  return {torch::cat({a.images, b.images}),
          a.classes.defined() ? torch::cat({a.classes, b.classes}) : torch::Tensor()};
}

std::vector<torch::Tensor> weights_of(const Networks& networks) {
  auto all = networks.generator->parameters();
  const auto d = networks.discriminator->parameters();
  all.insert(all.end(), d.begin(), d.end());
  return all;
}

}  // namespace

torch::Tensor Trainer::step() {
  const StepInputs inputs = draws_->draw(steps_done_, ranks_.rank(), augmentation);
  torch::manual_seed(inputs.layer_seed);
  const double lr = lr_scale_ * lr_factor(config_.optim, steps_done_, total_steps());
  g_optimizer.scale_lr(lr);
  d_optimizer.scale_lr(lr);
  const auto work = [this](const StepInputs& in) { return update(in); };
  const auto metrics = graphs_ ? graphs_->run(inputs, work) : work(inputs);
  if (ema) {
    update_average(*ema, *networks.generator, average_decay(config_.train.ema, steps_done_));
  }
  ++steps_done_;
  if (config_.augment.target > 0 && steps_done_ % kAdaptEvery == 0) adapt_augmentation(metrics[6]);
  if (steps_done_ % kCheckEvery == 0) {
    check_equal_over_ranks(ranks_, weights_of(networks), steps_done_);
  }
  return metrics.narrow(0, 0, kStepMetrics.size());
}

// Draws nothing, so that a CUDA graph can replay it on the next step's inputs.
torch::Tensor Trainer::update(const StepInputs& inputs) {
  torch::Tensor d_metrics;
  Batch fake;
  for (const DiscriminatorInputs& in : inputs.d) {
    {
      const torch::AutoGradMode with_graph(config_.train.reuse_fake);
      fake = generate(in.latents, in.classes);
    }
    d_metrics = sum_of({d_metrics, update_discriminator(in, fake)});
  }
  if (!config_.train.reuse_fake) fake = generate(inputs.g.latents, inputs.g.classes);
  const auto g = update_generator(inputs.g, fake).unbind();
  if (inputs.d.size() > 1) d_metrics = d_metrics / static_cast<std::int64_t>(inputs.d.size());
  const auto d = d_metrics.unbind();
  // kStepMetrics in order, then the sign for adapt_augmentation().
  return torch::stack({d[0], g[0], d[1], d[2], d[3], g[1], d[4]});
}

void Trainer::adapt_augmentation(const torch::Tensor& sign) {
  augmentation = adapted_probability(augmentation, mean_over_ranks(ranks_, sign).item<double>(),
                                     config_.augment.target, kAdaptEvery * images_per_step());
}

// Updates D to tell real images from generated ones. Returns d_loss, d_real, d_fake, d_grad_norm
// and the mean sign of the logits on real images.
torch::Tensor Trainer::update_discriminator(const DiscriminatorInputs& in, const Batch& generated) {
  const Batch real = {apply_view(in.real, in.real_view, config_.augment), in.classes};
  const Batch fake = {apply_view(generated.images.detach(), in.fake_view, config_.augment),
                      generated.classes};
  Output on_real, on_fake;
  torch::Tensor loss, norm;
  switch (config_.train.discriminator_update) {
    case DiscriminatorUpdate::kJoint: {  // both as one batch
      const Output both = discriminate(joined(real, fake));
      on_real.logits = both.logits.chunk(2)[0];
      on_fake.logits = both.logits.chunk(2)[1];
      loss = discriminator_loss(on_real, on_fake, in);
      if (!loss_.needs_pairs()) loss = 0.5 * loss;  // the mean over the batch
      loss = sum_of({loss, both.class_loss, penalty(in, real, fake)});
      norm = descend_discriminator(loss);
      break;
    }
    case DiscriminatorUpdate::kSummed:
      on_real = discriminate(real);
      on_fake = discriminate(fake);
      loss = sum_of({discriminator_loss(on_real, on_fake, in),
                     sum_of({on_real.class_loss, on_fake.class_loss}), penalty(in, real, fake)});
      norm = descend_discriminator(loss);
      break;
    case DiscriminatorUpdate::kSeparate: {  // an update on real images, then one on fakes
      on_real = discriminate(real);
      const auto real_loss = sum_of({loss_.real(on_real.logits, in.real_labels), on_real.class_loss,
                                     penalty(in, real, fake)});
      const auto real_norm = descend_discriminator(real_loss);
      on_fake = discriminate(fake);
      const auto fake_loss =
          sum_of({loss_.fake(on_fake.logits, in.fake_labels), on_fake.class_loss});
      norm = 0.5 * (real_norm + descend_discriminator(fake_loss));
      loss = 0.5 * (real_loss + fake_loss);
      break;
    }
  }
  return torch::stack({loss.detach(), on_real.logits.detach().sigmoid().mean(),
                       on_fake.logits.detach().sigmoid().mean(), norm,
                       on_real.logits.detach().sign().mean()});
}

// Updates G so that D takes its images for real. Returns g_loss and g_grad_norm.
torch::Tensor Trainer::update_generator(const GeneratorInputs& in, const Batch& generated) {
  const Batch fake = {apply_view(generated.images, in.fake_view, config_.augment),
                      generated.classes};
  const Output on_fake = discriminate(fake);
  const auto real_logits = [&] {
    const torch::NoGradGuard constant_for_g;
    return discriminate({apply_view(in.real, in.real_view, config_.augment), in.real_classes})
        .logits;
  };
  const auto loss = sum_of({loss_.needs_pairs() ? loss_.pairs(on_fake.logits, real_logits())
                                                : loss_.generator(on_fake.logits),
                            on_fake.class_loss});
  const auto norm = descend(loss, g_optimizer, config_.optim.max_grad_norm, ranks_);
  return torch::stack({loss.detach(), norm});
}

// D's loss on real and generated images: the sum of both parts, or the loss of the pairs.
torch::Tensor Trainer::discriminator_loss(const Output& real, const Output& fake,
                                          const DiscriminatorInputs& in) const {
  if (loss_.needs_pairs()) return loss_.pairs(real.logits, fake.logits);
  return loss_.real(real.logits, in.real_labels) + loss_.fake(fake.logits, in.fake_labels);
}

// The weighted penalty; undefined if none is due in this update.
torch::Tensor Trainer::penalty(const DiscriminatorInputs& in, const Batch& real,
                               const Batch& fake) {
  if (!in.penalty) return {};
  const auto logits_for = [this](const torch::Tensor& classes) {
    return [this, classes](const torch::Tensor& images) {
      return discriminate({images, classes}).logits;
    };
  };
  // Multiplied by the interval, so that the mean weight is penalty_weight (Karras et al. 2020).
  return config_.loss.penalty_weight * static_cast<double>(config_.loss.penalty_every) *
         penalty_.compute(logits_for(real.classes), logits_for(fake.classes), real.images,
                          fake.images, *in.penalty);
}

torch::Tensor Trainer::descend_discriminator(const torch::Tensor& loss) {
  const auto norm = descend(loss, d_optimizer, config_.optim.max_grad_norm, ranks_);
  clip_weights(d_optimizer.parameters(), config_.loss.weight_clip);
  return norm;
}

Batch Trainer::generate(const torch::Tensor& latents, const torch::Tensor& classes) {
  return {run(networks.generator, conditioning_->generator_input(latents, classes)), classes};
}

Trainer::Output Trainer::discriminate(const Batch& batch) {
  const auto output =
      run(networks.discriminator, conditioning_->discriminator_input(batch.images, batch.classes));
  const auto class_loss = conditioning_->class_loss(output, batch.classes);
  return {conditioning_->logits(output, batch.classes),
          class_loss.defined() ? config_.loss.class_weight * class_loss : class_loss};
}

// The output as float32, whatever the precision of the network's computation.
torch::Tensor Trainer::run(torch::nn::Sequential& net, const torch::Tensor& input) const {
  const Autocast autocast(device_, bf16_);
  return net->forward(input).to(torch::kFloat32);
}

// ── Construction, state and sampling ─────────────────────────────────────────

namespace {

// Batches from which averaged batch norms get their statistics.
constexpr std::int64_t kCalibrationBatches = 16;

// `config`, with the kind of data, widths, image size and channels filled in if left open.
Config completed(Config config, const Dataset& data) {
  const ImageShape& image = data.shape;
  if (config.data.dataset == DatasetKind::kAuto) config.data.dataset = data.kind;
  config.model = with_widths(std::move(config.model), image);
  const auto table = option_table(config);
  if (!is_ignored(find_option(table, "data.image_size"), table)) {
    config.data.image_size = {image.width, image.height};
    config.data.channels = image.channels;
  }
  return config;
}

Networks on_device(Networks networks, const torch::Device& device, Ranks& ranks) {
  for (torch::nn::Sequential net : {networks.generator, networks.discriminator}) {
    net->to(device);
    to_channels_last(*net);
    sync_batch_norms(*net, ranks);
  }
  return networks;
}

}  // namespace

Trainer::Trainer(const Config& config, const Dataset& data, Ranks& ranks)
    : networks(on_device(make_networks(config.model, data.checked().shape,
                                       static_cast<std::uint64_t>(config.train.seed),
                                       find_classes(config.model, data).count),
                         resolve_device(config.train.device, ranks), ranks)),
      g_optimizer(networks.generator->parameters(), config.optim.lr, config.optim),
      d_optimizer(
          networks.discriminator->parameters(),
          config.optim.discriminator_lr > 0 ? config.optim.discriminator_lr : config.optim.lr,
          config.optim),
      config_(completed(config, data)),
      shape_(data.shape),
      ranks_(ranks),
      device_(resolve_device(config.train.device, ranks)),
      bf16_(use_bf16(config.train.precision, device_)),
      classes_(find_classes(config.model, data)),
      conditioning_(std::make_unique<Conditioning>(config.model, classes_.count)),
      loss_(find_row(losses(), config.loss.kind)),
      penalty_(find_row(penalties(), config.loss.penalty)),
      draws_(std::make_unique<StepDraws>(config, data, device_, ranks.size())),
      data_size_(data.size()),
      data_fingerprint_(fingerprint(data)) {
  check_choices(config);
  check_batches(config, data.size(), ranks.size());
  check_loss(config.loss, config.train);
  check_augment(config.augment, loss_, data.shape);
  if (config.train.cuda_graph) graphs_ = std::make_unique<StepGraphs>(device_, ranks);
  if (config.train.ema > 0) {
    ema = std::dynamic_pointer_cast<torch::nn::SequentialImpl>(networks.generator->clone());
    sync_batch_norms(*ema, single_rank());  // used by one rank at a time
  }
}

Trainer::~Trainer() = default;

std::int64_t Trainer::steps_per_epoch() const { return draws_->steps_per_epoch(); }
double Trainer::images_per_step() const { return draws_->images_per_step(); }

void Trainer::set_steps_done(std::int64_t steps) {
  steps_done_ = steps;
  statistics_step_ = -1;
}

const char* Trainer::precision() const {
  const bool tf32 = config_.train.precision == Precision::kTf32 && device_.is_cuda();
  return bf16_ ? "bf16" : tf32 ? "tf32" : "fp32";
}

NamedTensors Trainer::next_inputs() {
  std::vector<StepInputs> of_ranks;
  for (int rank = 0; rank < ranks_.size(); ++rank) {
    of_ranks.push_back(draws_->draw(steps_done_, rank, augmentation));
  }
  return whole_batch(of_ranks);
}

bool Trainer::is_finite() const {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> all;
  const auto add = [&](const std::vector<torch::Tensor>& tensors) {
    std::copy_if(tensors.begin(), tensors.end(), std::back_inserter(all),
                 [](const auto& tensor) { return tensor.is_floating_point(); });
  };
  for (const auto* net : {&networks.generator, &networks.discriminator, &ema}) {
    if (net->is_empty()) continue;
    add((*net)->parameters());
    add((*net)->buffers());
  }
  for (const auto* adam : {&g_optimizer, &d_optimizer}) {
    add(adam->state().exp_avg);
    add(adam->state().exp_avg_sq);
  }
  // The largest value of each tensor: one pass without a copy, and NaN propagates.
  const auto largest = at::_foreach_norm(all, std::numeric_limits<double>::infinity());
  return torch::stack(largest).isfinite().all().item<bool>();
}

void Trainer::share_state() {
  if (!ranks_.has_peers()) return;
  auto counts =
      torch::tensor({static_cast<double>(steps_done_), static_cast<double>(g_optimizer.steps()),
                     static_cast<double>(d_optimizer.steps()), lr_scale_, augmentation},
                    torch::kFloat64);
  broadcast_all(ranks_, {counts});
  const auto* count = counts.const_data_ptr<double>();
  set_steps_done(std::llround(count[0]));
  lr_scale_ = count[3];
  augmentation = count[4];
  for (const auto* net : {&networks.generator, &networks.discriminator, &ema}) {
    if (net->is_empty()) continue;
    broadcast_all(ranks_, (*net)->parameters());
    broadcast_all(ranks_, (*net)->buffers());
  }
  for (auto [adam, steps] : {std::pair{&g_optimizer, count[1]}, {&d_optimizer, count[2]}}) {
    const auto state = adam->state();
    broadcast_all(ranks_, state.exp_avg);
    broadcast_all(ranks_, state.exp_avg_sq);
    adam->load(state, std::llround(steps));
  }
}

torch::nn::Sequential Trainer::sampling_generator() const {
  if (!ema) return networks.generator;
  if (std::exchange(statistics_step_, steps_done_) == steps_done_) return ema;
  recompute_statistics(*ema.ptr(), [&] {
    for (std::int64_t i = 0; i < kCalibrationBatches; ++i) {
      const auto inputs = draw_inputs(config_.model, classes_, kSampleBlock,
                                      static_cast<std::uint64_t>(config_.train.seed),
                                      Stream::kCalibrate, static_cast<std::uint64_t>(i));
      ema.ptr()->forward(inputs.to(device_));
    }
  });
  return ema;
}

}  // namespace gan
