#include "train/draws.hpp"

#include <map>
#include <string>

#include <torch/types.h>

#include "core/text.hpp"
#include "data/stored_images.hpp"
#include "dist/ranks.hpp"
#include "gan_train/core/registry.hpp"
#include "gan_train/sampling/sample.hpp"
#include "losses/loss.hpp"
#include "train/schedule.hpp"

namespace gan {
namespace {

// The data set, with everything that is held in memory moved to the device.
Dataset on_device(Dataset data, const torch::Device& device) {
  if (!data.stored) data.samples = data.samples.to(device);
  if (data.labels.defined()) data.labels = data.labels.to(device);
  return data;
}

// Copies to a GPU through pinned memory; otherwise the CPU would wait for all work queued there.
torch::Tensor copied(const torch::Tensor& drawn, const torch::Device& device) {
  if (!device.is_cuda() || !drawn.is_cpu()) return drawn.to(device);
  return drawn.pin_memory().to(device, /*non_blocking=*/true);
}

std::uint64_t seed_of(const Config& config) {
  return static_cast<std::uint64_t>(config.train.seed);
}

// One rank's share of a run's random numbers.
struct RankStreams {
  std::uint64_t seed;
  int rank;
  int size;

  // The rank's share of a tensor drawn for all ranks.
  torch::Tensor share(const torch::Tensor& whole) const {
    if (!whole.defined()) return whole;
    const Share part = share_of(whole.size(0), rank, size);
    return whole.narrow(0, part.begin, part.count);
  }
  // The rank's position in a stream from which each rank draws by itself.
  std::uint64_t rank_index(std::int64_t index) const {
    return static_cast<std::uint64_t>(index * size + rank);
  }
  at::Generator rank_generator(Stream stream, std::int64_t index) const {
    return stream_generator(seed, stream, rank_index(index));
  }
};

torch::Tensor labels_from(const LabelRange& range, std::int64_t n, std::uint64_t seed,
                          std::uint64_t index) {
  auto labels = torch::full({n}, range.lo);
  if (range.lo < range.hi) {
    labels.uniform_(range.lo, range.hi, stream_generator(seed, Stream::kLabels, index));
  }
  return labels;
}

}  // namespace

torch::Tensor draw_labels(const LossConfig& config, std::int64_t n, std::uint64_t seed,
                          std::uint64_t batch) {
  const auto real = labels_from(config.real_label, n, seed, 2 * batch);
  const auto fake = labels_from(config.fake_label, n, seed, 2 * batch + 1);
  if (config.label_flip <= 0) return torch::stack({real, fake});
  const auto random = stream_generator(seed, Stream::kFlip, batch);
  const auto flipped = torch::empty({2, n}).uniform_(0.0, 1.0, random) < config.label_flip;
  return torch::stack({torch::where(flipped[0], fake, real), torch::where(flipped[1], real, fake)});
}

torch::Tensor draw_mirrors(std::int64_t n, std::uint64_t seed, std::uint64_t batch) {
  return torch::empty({n}).uniform_(0.0, 1.0, stream_generator(seed, Stream::kMirror, batch)) < 0.5;
}

StepDraws::StepDraws(const Config& config, const Dataset& data, const torch::Device& device,
                     int ranks)
    : config_(config),
      data_(on_device(data, device)),
      device_(device),
      ranks_(ranks),
      classes_(find_classes(config.model, data)),
      loss_(find_row(losses(), config.loss.kind)),
      penalty_(find_row(penalties(), config.loss.penalty)),
      sampler_(data.size(), real_batch_size(config.train), config.data, seed_of(config)),
      steps_per_epoch_(derive_steps_per_epoch(config, sampler_, data.size())) {}

double StepDraws::images_per_step() const {
  const bool passes =
      config_.data.sampling == Sampling::kEpoch && config_.train.steps_per_epoch == 0;
  if (passes && !config_.data.drop_last) {
    return static_cast<double>(data_.size()) / static_cast<double>(steps_per_epoch_);
  }
  return static_cast<double>(config_.train.discriminator_steps * real_batch_size(config_.train));
}

StepInputs StepDraws::draw(std::int64_t step, int rank, double probability) {
  const std::int64_t k = config_.train.discriminator_steps;
  const ViewLevel level{probability,
                        noise_level(config_.train, step, steps_per_epoch_ * config_.train.epochs)};
  const RankStreams streams{seed_of(config_), rank, ranks_};
  StepInputs inputs;
  inputs.layer_seed = stream_seed(streams.seed, Stream::kLayers, streams.rank_index(step));
  for (std::int64_t i = 0; i < k; ++i) {
    inputs.d.push_back(draw_discriminator(step * k + i, level, rank));
  }
  inputs.g = draw_generator(step, level, rank, inputs.d.back());
  for_each_tensor(inputs, [&](const std::string&, torch::Tensor& tensor) {
    if (tensor.defined()) tensor = copied(tensor, device_);
  });
  return inputs;
}

DiscriminatorInputs StepDraws::draw_discriminator(std::int64_t batch, const ViewLevel& level,
                                                  int rank) {
  const RankStreams streams{seed_of(config_), rank, ranks_};
  const std::uint64_t seed = streams.seed;
  const auto index = static_cast<std::uint64_t>(batch);
  DiscriminatorInputs d;
  const auto items = this->items(batch, rank);
  d.real = scaled(real_images(batch, items, rank), config_.data.range);
  if (config_.augment.mirror) {
    const auto which = streams.share(draw_mirrors(d.real.size(0) * ranks_, seed, index));
    d.real = mirrored(d.real, copied(which, device_));
  }
  if (classes_.count > 0) d.classes = data_.labels.index_select(0, copied(items, device_));

  const std::int64_t whole = d.real.size(0) * ranks_;
  const auto labels = draw_labels(config_.loss, whole / config_.model.pack, seed, index);
  d.real_labels = streams.share(labels[0]);
  d.fake_labels = streams.share(labels[1]);
  d.latents = streams.share(draw_latents(config_.model, whole, seed, Stream::kLatentD, index));

  const auto augment = streams.rank_generator(Stream::kAugmentD, batch);
  const auto noise = streams.rank_generator(Stream::kNoise, 2 * batch);
  d.real_view = draw_view(config_.augment, level, d.real.sizes(), augment, noise);
  d.fake_view = draw_view(config_.augment, level, d.real.sizes(), augment, noise);
  if (penalty_.compute != nullptr && batch % config_.loss.penalty_every == 0) {
    d.penalty = draw_penalty_noise(penalty_.noise, d.real.sizes(),
                                   streams.rank_generator(Stream::kPenalty, batch));
  }
  return d;
}

GeneratorInputs StepDraws::draw_generator(std::int64_t step, const ViewLevel& level, int rank,
                                          const DiscriminatorInputs& last) {
  const RankStreams streams{seed_of(config_), rank, ranks_};
  const std::uint64_t seed = streams.seed;
  const auto index = static_cast<std::uint64_t>(step);
  auto shape = last.real.sizes().vec();
  if (half_batches(config_.train)) shape[0] *= 2;
  GeneratorInputs g;
  if (!config_.train.reuse_fake) {
    const std::int64_t whole = shape[0] * ranks_;
    g.latents = streams.share(draw_latents(config_.model, whole, seed, Stream::kLatentG, index));
    g.classes = streams.share(draw_classes(classes_, whole, seed, Stream::kClassG, index));
  }
  const auto augment = streams.rank_generator(Stream::kAugmentG, step);
  const auto noise = streams.rank_generator(Stream::kNoise, 2 * step + 1);
  g.fake_view = draw_view(config_.augment, level, shape, augment, noise);
  if (loss_.needs_pairs()) {
    g.real = last.real;
    g.real_classes = last.classes;
    g.real_view = draw_view(config_.augment, level, last.real.sizes(), augment, noise);
  }
  return g;
}

torch::Tensor StepDraws::items(std::int64_t batch, int rank) {
  const RankStreams streams{seed_of(config_), rank, ranks_};
  return streams.share(torch::tensor(sampler_.batch(batch), torch::kInt64));
}

torch::Tensor StepDraws::real_images(std::int64_t batch, const torch::Tensor& items, int rank) {
  if (!data_.stored) return data_.samples.index_select(0, copied(items, device_));
  const auto images = data_.stored->read(items);
  // Not past the end of a pass: the order of the next one would have to be shuffled twice.
  if (!sampler_.starts_pass(batch + 1)) data_.stored->prefetch(this->items(batch + 1, rank));
  return copied(images, device_);
}

NamedTensors whole_batch(const std::vector<StepInputs>& of_ranks) {
  NamedTensors all;
  std::vector<torch::Tensor> seeds;
  std::vector<std::vector<torch::Tensor>> parts;  // by position in the struct, then by rank
  for (const StepInputs& inputs : of_ranks) {
    seeds.push_back(torch::tensor(static_cast<std::int64_t>(inputs.layer_seed)));
    std::size_t place = 0;
    std::map<std::string, int> times;
    for_each_tensor(inputs, [&](const std::string& name, const torch::Tensor& tensor) {
      if (!tensor.defined()) return;
      const int time = ++times[name];
      if (place == parts.size()) {
        parts.emplace_back();
        all.emplace_back(time == 1 ? name : str(name, "_", time), torch::Tensor());
      }
      parts[place++].push_back(tensor.cpu());
    });
  }
  for (std::size_t i = 0; i < all.size(); ++i) all[i].second = torch::cat(parts[i]);
  const auto seed = of_ranks.size() == 1 ? seeds.front() : torch::stack(seeds);
  all.insert(all.begin(), {"layer_seed", seed});
  return all;
}

}  // namespace gan
