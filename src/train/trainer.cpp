#include "gan_train/train/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include <torch/torch.h>

#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/core/registry.hpp"
#include "gan_train/data/fingerprint.hpp"
#include "gan_train/dist/ranks.hpp"
#include "gan_train/train/device.hpp"
#include "gan_train/train/precision.hpp"
#include "gan_train/train/sample.hpp"

#include "augment.hpp"
#include "average.hpp"
#include "batches.hpp"
#include "feed.hpp"
#include "schedule.hpp"
#include "step_graph.hpp"

namespace gan {
namespace {

Networks on_device(Networks networks, const torch::Device& device) {
  for (torch::nn::Sequential net : {networks.generator, networks.discriminator}) {
    net->to(device);
    if (device.is_cuda()) to_channels_last(*net);
  }
  return networks;
}

// The batches that averaged batch norms take their statistics from.
constexpr std::int64_t kCalibrationBatches = 16;
// Steps from one check that all ranks have the same weights to the next.
constexpr std::int64_t kCheckEvery = 100;

}  // namespace

Trainer::Trainer(const Config& config, const Dataset& data)
    : networks(on_device(make_networks(config.model, data.checked().shape,
                                       static_cast<std::uint64_t>(config.train.seed),
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
      samples_(data.stored ? torch::Tensor() : data.samples.to(device_)),
      stored_(data.stored),
      conditioning_(config.model, count_classes(config.model, data)),
      loss_(find_row(losses(), config.loss.kind)),
      penalty_(find_row(penalties(), config.loss.penalty)),
      sampler_(data.size(), real_batch_size(config.train), config.data,
               static_cast<std::uint64_t>(config.train.seed)),
      data_size_(data.size()),
      steps_per_epoch_(derive_steps_per_epoch(config, sampler_, data.size())),
      feed_(std::make_unique<Feed>(device_)),
      data_sum_(fingerprint(data)) {
  check_choices(config);
  check_batches(config, data.size());
  check_loss(config.loss, config.train);
  check_augment(config.augment, data.shape);
  check_cuda_graph(config);
  if (config.train.cuda_graph) graphs_ = std::make_unique<StepGraphs>(*feed_, device_);
  if (conditioning_.class_count() > 0) classes_ = data.labels.to(device_);
  if (config.train.ema > 0) {
    ema = std::dynamic_pointer_cast<torch::nn::SequentialImpl>(networks.generator->clone());
  }
}

Trainer::~Trainer() = default;

double Trainer::images_per_step() const {
  const bool passes =
      config_.data.sampling == Sampling::kEpoch && config_.train.steps_per_epoch == 0;
  if (passes && !config_.data.drop_last) {
    return static_cast<double>(data_size_) / static_cast<double>(steps_per_epoch_);
  }
  return static_cast<double>(config_.train.discriminator_steps * real_batch_size(config_.train));
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
  // The largest of each: one pass without a copy, which NaN goes through.
  const auto largest = at::_foreach_norm(all, std::numeric_limits<double>::infinity());
  return torch::stack(largest).isfinite().all().item<bool>();
}

torch::Tensor Trainer::step(StepRecord* record) {
  const std::uint64_t layer_seed = stream_seed(seed(), Stream::kLayers, own_index(steps_done_));
  torch::manual_seed(layer_seed);
  if (record != nullptr) {
    record->emplace_back("layer_seed", torch::tensor(static_cast<std::int64_t>(layer_seed)));
  }

  const double scale = lr_scale_ * lr_factor(config_.optim, steps_done_, total_steps());
  g_optimizer.scale_lr(scale);
  d_optimizer.scale_lr(scale);

  feed_->start(steps_done_);
  const auto figures = graphs_ && record == nullptr ? graphs_->run(step_shape(), steps_done_,
                                                                   [&] { return update(nullptr); })
                                                    : update(record);
  ++steps_done_;
  if (steps_done_ % kCheckEvery == 0) check_equal_over_ranks(weights(), steps_done_);
  return figures;
}

std::vector<torch::Tensor> Trainer::weights() const {
  auto all = networks.generator->parameters();
  const auto d = networks.discriminator->parameters();
  all.insert(all.end(), d.begin(), d.end());
  return all;
}

void Trainer::share_state() {
  if (!ranks().are_many()) return;
  auto counts =
      torch::tensor({static_cast<double>(steps_done_), static_cast<double>(g_optimizer.steps()),
                     static_cast<double>(d_optimizer.steps()), lr_scale_},
                    torch::kFloat64);
  broadcast_all({counts});
  const auto* count = counts.const_data_ptr<double>();
  set_steps_done(std::llround(count[0]));
  lr_scale_ = count[3];
  for (const auto* net : {&networks.generator, &networks.discriminator, &ema}) {
    if (net->is_empty()) continue;
    broadcast_all((*net)->parameters());
    broadcast_all((*net)->buffers());
  }
  for (auto [adam, steps] : {std::pair{&g_optimizer, count[1]}, {&d_optimizer, count[2]}}) {
    const auto state = adam->state();
    broadcast_all(state.exp_avg);
    broadcast_all(state.exp_avg_sq);
    adam->load(state, std::llround(steps));
  }
}

// The batches' sizes, and which of them bear the penalty.
std::string Trainer::step_shape() {
  std::string shape;
  for (std::int64_t i = 0; i < config_.train.discriminator_steps; ++i) {
    const std::int64_t batch = for_d(i).at(steps_done_);
    shape += str(sampler_.batch(batch).size(), penalty_is_due(batch) ? "+ " : " ");
  }
  return shape;
}

// Whatever is drawn in here comes from feed_, so that it may be captured.
torch::Tensor Trainer::update(StepRecord* record) {
  const std::int64_t k = config_.train.discriminator_steps;
  torch::Tensor d_figures;
  std::int64_t real_count = 0;
  for (std::int64_t i = 0; i < k; ++i) {
    const Batch real = real_batch(for_d(i));
    real_count = real.images.size(0);
    if (loss_.needs_pairs()) real_ = real;
    const auto figures = update_discriminator(real, for_d(i), record);
    d_figures = d_figures.defined() ? d_figures + figures : figures;
  }
  if (k > 1) d_figures = d_figures / k;

  const std::int64_t g_count = half_batches(config_.train) ? 2 * real_count : real_count;
  const auto g = update_generator(g_count, record).unbind();
  if (ema) update_average(*ema, *networks.generator, config_.train.ema);
  const auto d = d_figures.unbind();
  return torch::stack({d[0], g[0], d[1], d[2], d[3], g[1]});
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
