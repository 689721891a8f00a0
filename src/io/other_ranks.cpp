#include "other_ranks.hpp"

#include <string>
#include <vector>

#include "gan_train/core/log.hpp"
#include "gan_train/core/registry.hpp"
#include "gan_train/losses/penalty.hpp"

namespace gan {
namespace {

// What a rank draws, or takes statistics of, by itself: docs/scaling.md.
std::vector<std::string> own_to_a_rank(const Config& config) {
  const ModelConfig& model = config.model;
  const AugmentConfig& augment = config.augment;
  std::vector<std::string> parts;
  if ((model.generator_norm || model.discriminator_norm) && !model.sync_batchnorm) {
    parts.emplace_back("batch norm over a rank's own images");
  }
  if (model.minibatch_stddev > 0) parts.emplace_back("which images minibatch_stddev groups");
  if (model.dropout > 0) parts.emplace_back("dropout");
  if (config.train.instance_noise > 0) parts.emplace_back("instance noise");
  if (augment.translation > 0 || augment.cutout > 0 || augment.brightness > 0) {
    parts.emplace_back("augmentation");
  }
  if (find_row(penalties(), config.loss.penalty).noise != PenaltyNoise::Kind::kNone) {
    parts.emplace_back("the points of the penalty");
  }
  return parts;
}

}  // namespace

void note_other_ranks(std::int64_t before, const Trainer& trainer) {
  const std::int64_t now = trainer.ranks().size();
  if (before == now) return;
  const auto parts = own_to_a_rank(trainer.config());
  log::warning(str("saved by ", before, before == 1 ? " rank" : " ranks", ", going on with ", now,
                   ": the result may differ in ",
                   parts.empty() ? "the last bits" : join(parts, ", ")));
}

}  // namespace gan
