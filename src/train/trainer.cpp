#include "gan_train/train/trainer.hpp"

#include <algorithm>
#include <utility>

#include <torch/torch.h>

#include "gan_train/core/error.hpp"
#include "gan_train/core/registry.hpp"
#include "gan_train/train/device.hpp"
#include "gan_train/train/precision.hpp"
#include "gan_train/train/sample.hpp"

namespace gan {
namespace {

Networks on_device(Networks networks, const torch::Device& device) {
  networks.generator->to(device);
  networks.discriminator->to(device);
  return networks;
}

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

// What D judges together, or compares, has to come in whole groups: an image left over
// belongs to none.
void check_groups(const Config& config, std::int64_t data_size) {
  const ModelConfig& model = config.model;
  const std::int64_t group = model.pack * std::max<std::int64_t>(1, model.minibatch_stddev);
  const std::int64_t batch = real_batch_size(config.train);
  const bool keeps_partial = config.data.sampling == "epoch" && !config.data.drop_last;
  const std::int64_t last = keeps_partial ? data_size % batch : 0;
  if (batch % group == 0 && last % group == 0) return;
  throw usage_error("train.batch_size: model.pack and model.minibatch_stddev need groups of ",
                    group, ", but a batch has ", batch % group != 0 ? batch : last,
                    " real images; choose a multiple",
                    batch % group != 0 ? "" : ", or set data.drop_last = true");
}

// One update of a network down its loss; returns the norm of its gradient.
torch::Tensor descend(const torch::Tensor& loss, Adam& optimizer) {
  const auto gradients = torch::autograd::grad({loss}, optimizer.parameters());
  optimizer.step(gradients);
  return torch::stack(at::_foreach_norm(gradients)).norm();
}

// A loss and what D's naming of classes adds to it, if it names any.
torch::Tensor plus(const torch::Tensor& loss, const torch::Tensor& class_loss) {
  return class_loss.defined() ? loss + class_loss : loss;
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
      sampler_(data.size(), real_batch_size(config.train), config.data,
               static_cast<std::uint64_t>(config.train.seed)),
      data_size_(data.size()),
      steps_per_epoch_(derive_steps_per_epoch(config, sampler_, data.size())) {
  check_batches(config, data.size());
  check_groups(config, data.size());
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

void Trainer::scale_lr(double scale) {
  g_optimizer.scale_lr(scale);
  d_optimizer.scale_lr(scale);
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

  const std::int64_t k = config_.train.discriminator_steps;
  torch::Tensor d_figures;
  std::int64_t real_count = 0;
  for (std::int64_t i = 0; i < k; ++i) {
    const std::int64_t batch = steps_done_ * k + i;
    const auto items = sampler_.batch(batch);
    const auto real = gather(samples_, items, config_.data.range);
    real_count = real.size(0);
    const auto figures = update_discriminator(real, classes_of(items), batch, record);
    d_figures = d_figures.defined() ? d_figures + figures : figures;
  }
  if (k > 1) d_figures = d_figures / k;

  const std::int64_t g_count = half_batches(config_.train) ? 2 * real_count : real_count;
  const auto g = update_generator(g_count, record).unbind();
  update_ema();
  ++steps_done_;
  const auto d = d_figures.unbind();
  return torch::stack({d[0], g[0], d[1], d[2], d[3], g[1]});
}

torch::Tensor Trainer::run(torch::nn::Sequential& net, const torch::Tensor& input) const {
  const Autocast autocast(device_, bf16_);
  return net->forward(input).to(torch::kFloat32);
}

torch::Tensor Trainer::generate(const torch::Tensor& latents, const torch::Tensor& classes) {
  return run(networks.generator, conditioning_.generator_input(latents, classes));
}

torch::Tensor Trainer::discriminate(const torch::Tensor& images, const torch::Tensor& classes,
                                    torch::Tensor* class_loss) {
  const auto output =
      run(networks.discriminator, conditioning_.discriminator_input(images, classes));
  if (const auto loss = conditioning_.class_loss(output, classes);
      loss.defined() && class_loss != nullptr) {
    const auto weighted = config_.loss.class_weight * loss;
    *class_loss = class_loss->defined() ? *class_loss + weighted : weighted;
  }
  return conditioning_.logits(output, classes);
}

torch::Tensor Trainer::update_discriminator(const torch::Tensor& real,
                                            const torch::Tensor& real_classes, std::int64_t batch,
                                            StepRecord* record) {
  const std::int64_t n = real.size(0);
  const auto seed = [&](std::uint64_t side) {
    return stream_seed(static_cast<std::uint64_t>(config_.train.seed), Stream::kLabels,
                       2 * static_cast<std::uint64_t>(batch) + side);
  };
  const std::int64_t verdicts = n / config_.model.pack;
  const auto real_labels = labels(config_.loss.real_label, verdicts, seed(0));
  const auto fake_labels = labels(config_.loss.fake_label, verdicts, seed(1));
  note(record, "real", real);
  if (real_classes.defined()) note(record, "real_classes", real_classes);
  note(record, "real_labels", real_labels);
  note(record, "fake_labels", fake_labels);

  const auto z = latents(n, Stream::kLatentD, batch, record);
  const auto fake_classes = classes(n, Stream::kClassD, batch, record);
  torch::Tensor fake;
  {
    // The graph through G is only kept where G's update goes back through it.
    const torch::AutoGradMode keep_graph(config_.train.reuse_fake);
    fake = generate(z, fake_classes);
  }
  if (config_.train.reuse_fake) {
    fake_ = fake;
    fake_classes_ = fake_classes;
  }
  fake = fake.detach();

  const std::string& mode = config_.train.discriminator_update;
  torch::Tensor real_logits, fake_logits, loss, norm, class_loss;
  if (mode == "separate") {
    real_logits = discriminate(real, real_classes, &class_loss);
    const auto real_loss = plus(loss_.real(real_logits, real_labels), class_loss);
    norm = descend(real_loss, d_optimizer);
    class_loss.reset();
    fake_logits = discriminate(fake, fake_classes, &class_loss);
    const auto fake_loss = plus(loss_.fake(fake_logits, fake_labels), class_loss);
    norm = 0.5 * (norm + descend(fake_loss, d_optimizer));
    loss = 0.5 * (real_loss + fake_loss);
  } else {
    if (mode == "joint") {
      const auto both =
          real_classes.defined() ? torch::cat({real_classes, fake_classes}) : torch::Tensor();
      const auto logits = discriminate(torch::cat({real, fake}), both, &class_loss).split(verdicts);
      real_logits = logits[0];
      fake_logits = logits[1];
    } else {
      real_logits = discriminate(real, real_classes, &class_loss);
      fake_logits = discriminate(fake, fake_classes, &class_loss);
    }
    loss = loss_.real(real_logits, real_labels) + loss_.fake(fake_logits, fake_labels);
    if (mode == "joint") loss = 0.5 * loss;  // the mean over both halves
    loss = plus(loss, class_loss);
    norm = descend(loss, d_optimizer);
  }
  return torch::stack({loss.detach(), real_logits.detach().sigmoid().mean(),
                       fake_logits.detach().sigmoid().mean(), norm});
}

torch::Tensor Trainer::update_generator(std::int64_t n, StepRecord* record) {
  torch::Tensor fake = std::exchange(fake_, torch::Tensor());
  torch::Tensor fake_classes = std::exchange(fake_classes_, torch::Tensor());
  if (!fake.defined()) {
    fake_classes = classes(n, Stream::kClassG, steps_done_, record);
    fake = generate(latents(n, Stream::kLatentG, steps_done_, record), fake_classes);
  }
  torch::Tensor class_loss;
  const auto logits = discriminate(fake, fake_classes, &class_loss);
  const auto loss = plus(loss_.generator(logits), class_loss);
  const auto norm = descend(loss, g_optimizer);
  return torch::stack({loss.detach(), norm});
}

torch::Tensor Trainer::latents(std::int64_t n, Stream stream, std::int64_t index,
                               StepRecord* record) const {
  const auto z = draw_latents(config_.model, n, static_cast<std::uint64_t>(config_.train.seed),
                              stream, static_cast<std::uint64_t>(index));
  note(record, stream == Stream::kLatentD ? "latents_d" : "latents_g", z);
  return z.to(device_);
}

torch::Tensor Trainer::classes(std::int64_t n, Stream stream, std::int64_t index,
                               StepRecord* record) const {
  if (conditioning_.class_count() == 0) return {};
  const auto drawn =
      draw_classes(conditioning_.class_count(), n, static_cast<std::uint64_t>(config_.train.seed),
                   stream, static_cast<std::uint64_t>(index));
  note(record, stream == Stream::kClassD ? "classes_d" : "classes_g", drawn);
  return drawn.to(device_);
}

torch::Tensor Trainer::classes_of(const std::vector<std::int64_t>& items) const {
  if (!classes_.defined()) return {};
  return classes_.index_select(0, torch::tensor(items, torch::kInt64).to(device_));
}

torch::Tensor Trainer::labels(const LabelRange& range, std::int64_t n, std::uint64_t seed) const {
  auto values = torch::full({n}, range.lo);
  if (range.lo < range.hi) {
    values.uniform_(range.lo, range.hi, at::make_generator<at::CPUGeneratorImpl>(seed));
  }
  return values.to(device_);
}

void Trainer::update_ema() {
  if (!ema) return;
  const torch::NoGradGuard no_grad;
  const double weight = 1.0 - config_.train.ema;
  at::_foreach_lerp_(ema->parameters(), networks.generator->parameters(), weight);
  // Running statistics belong to the weights they were seen with: average both.
  const auto live = networks.generator->named_buffers();
  for (auto& buffer : ema->named_buffers()) {
    if (buffer.value().is_floating_point()) {
      buffer.value().lerp_(live[buffer.key()], weight);
    } else {
      buffer.value().copy_(live[buffer.key()]);
    }
  }
}

}  // namespace gan
