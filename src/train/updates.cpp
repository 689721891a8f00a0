// The two updates of a step: D's and G's. The step itself is in trainer.cpp.
#include <utility>

#include <torch/torch.h>

#include "gan_train/dist/ranks.hpp"
#include "gan_train/train/precision.hpp"
#include "gan_train/train/sample.hpp"
#include "gan_train/train/trainer.hpp"

#include "augment.hpp"
#include "descent.hpp"
#include "feed.hpp"
#include "labels.hpp"
#include "schedule.hpp"

namespace gan {
namespace {

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

torch::Tensor own_share(const torch::Tensor& batch) {
  const Share share = share_of(batch.size(0));
  return batch.narrow(0, share.begin, share.count);
}

void note(StepRecord* record, const char* name, const torch::Tensor& value) {
  if (record != nullptr) record->emplace_back(name, value.detach().cpu().clone());
}

}  // namespace

torch::Tensor Trainer::run(torch::nn::Sequential& net, const torch::Tensor& input) const {
  const Autocast autocast(device_, bf16_);
  return net->forward(input).to(torch::kFloat32);
}

std::uint64_t Trainer::own_index(std::int64_t index) const {
  return static_cast<std::uint64_t>(index * ranks().size() + ranks().rank());
}

// n images here; what all ranks draw is drawn as one batch, of which each takes its share.
Batch Trainer::generate(std::int64_t n, Stream latents, Stream classes, Place place,
                        StepRecord* record) {
  const bool d_wants = latents == Stream::kLatentD;
  const std::int64_t whole = n * ranks().size();
  const auto z = feed_->take([=, this](std::int64_t step) {
    return own_share(draw_latents(config_.model, whole, seed(), latents, place.index(step)));
  });
  note(record, d_wants ? "latents_d" : "latents_g", z);
  torch::Tensor of;
  if (const std::int64_t count = conditioning_.class_count(); count > 0) {
    of = feed_->take([=, this](std::int64_t step) {
      return own_share(draw_classes(count, whole, seed(), classes, place.index(step)));
    });
    note(record, d_wants ? "classes_d" : "classes_g", of);
  }
  return {run(networks.generator, conditioning_.generator_input(z, of)), of};
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

torch::Tensor Trainer::own_items(std::int64_t batch) {
  return own_share(torch::tensor(sampler_.batch(batch), torch::kInt64));
}

// The next batch is known, so that the disk fetches it while this one is computed with. Another
// pass's is not worth an order of it now, and one more when this pass goes on.
torch::Tensor Trainer::read_images(std::int64_t batch) {
  const auto images = stored_->read(own_items(batch));
  if (!sampler_.starts_pass(batch + 1)) stored_->will_need(own_items(batch + 1));
  return images;
}

Batch Trainer::real_batch(Place place) {
  Batch real;
  torch::Tensor items;
  if (!stored_ || classes_.defined()) {
    items = feed_->take([=, this](std::int64_t step) { return own_items(place.at(step)); });
  }
  const auto images =
      stored_ ? feed_->take([=, this](std::int64_t step) { return read_images(place.at(step)); })
              : samples_.index_select(0, items);
  real.images = scaled(images, config_.data.range);
  if (classes_.defined()) real.classes = classes_.index_select(0, items);
  return real;
}

torch::Tensor Trainer::update_discriminator(const Batch& items, Place place, StepRecord* record) {
  const std::int64_t n = items.images.size(0);
  const std::int64_t verdicts = n / config_.model.pack;
  const std::int64_t batch = place.at(steps_done_);
  const auto drawn = feed_->take([=, this](std::int64_t step) {
    const Labels labels =
        draw_labels(config_.loss, verdicts * ranks().size(), seed(), place.index(step));
    return torch::stack({own_share(labels.real), own_share(labels.fake)});
  });
  const Labels labels = {drawn[0], drawn[1]};
  note(record, "real", items.images);
  if (items.classes.defined()) note(record, "real_classes", items.classes);
  note(record, "real_labels", labels.real);
  note(record, "fake_labels", labels.fake);

  Batch fake;
  {
    // The graph through G is only kept where G's update goes back through it.
    const torch::AutoGradMode keep_graph(config_.train.reuse_fake);
    fake = generate(n, Stream::kLatentD, Stream::kClassD, place, record);
  }
  if (config_.train.reuse_fake) fake_ = fake;
  const Lens shown = lens(Stream::kAugmentD, batch, 2 * batch);
  const Batch real = {shown(items.images), items.classes};
  fake.images = shown(fake.images.detach());

  const DiscriminatorUpdate mode = config_.train.discriminator_update;
  torch::Tensor real_logits, fake_logits, loss, norm, class_loss;
  if (mode == DiscriminatorUpdate::kSeparate) {
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
    if (mode == DiscriminatorUpdate::kJoint) {
      const auto logits = discriminate(joined(real, fake), &class_loss).split(verdicts);
      real_logits = logits[0];
      fake_logits = logits[1];
    } else {
      real_logits = discriminate(real, &class_loss);
      fake_logits = discriminate(fake, &class_loss);
    }
    loss =
        both_halves(loss_, real_logits, fake_logits, labels, mode == DiscriminatorUpdate::kJoint);
    loss = penalised(plus(loss, class_loss), real, fake, batch);
    norm = descend_discriminator(loss);
  }
  return torch::stack({loss.detach(), real_logits.detach().sigmoid().mean(),
                       fake_logits.detach().sigmoid().mean(), norm});
}

bool Trainer::penalty_is_due(std::int64_t batch) const {
  return penalty_.compute != nullptr && batch % config_.loss.penalty_every == 0;
}

torch::Tensor Trainer::penalised(const torch::Tensor& loss, const Batch& real, const Batch& fake,
                                 std::int64_t batch) {
  if (!penalty_is_due(batch)) return loss;
  const auto random = stream_generator(seed(), Stream::kPenalty, own_index(batch));
  const auto d_of = [this](const torch::Tensor& classes) {
    return [this, classes](const torch::Tensor& images) { return discriminate({images, classes}); };
  };
  // Times the interval, so that its mean weight is the one asked for (Karras et al. 2020).
  return loss + config_.loss.penalty_weight * static_cast<double>(config_.loss.penalty_every) *
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
    fake = generate(n, Stream::kLatentG, Stream::kClassG, Place{}, record);
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
    return stream_generator(seed(), from, own_index(at));
  };
  return {config_.augment, random(stream, index),
          noise_level(config_.train, steps_done_, total_steps()),
          random(Stream::kNoise, noise_index)};
}

}  // namespace gan
