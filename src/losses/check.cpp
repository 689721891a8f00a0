#include "gan_train/core/error.hpp"
#include "gan_train/core/registry.hpp"
#include "losses/loss.hpp"
#include "losses/penalty.hpp"

namespace gan {
namespace {

void check_label(const char* key, const LabelRange& label, const LabelRange& usual,
                 const Loss& loss) {
  if (loss.labels == LabelKind::kNone && label != usual) {
    throw usage_error(key, ": the loss ", loss.kind, " has no labels; leave it out, or use ",
                      "loss.kind = bce, minimax or lsgan");
  }
  if (loss.labels == LabelKind::kProbability && (label.lo < 0 || label.hi > 1)) {
    throw usage_error(key, ": the loss ", loss.kind, " takes labels from 0 to 1, found ",
                      label.lo < 0 ? label.lo : label.hi, "; use loss.kind = lsgan for others");
  }
}

}  // namespace

void check_loss(const LossConfig& config, const TrainConfig& train) {
  const Loss& loss = find_row(losses(), config.kind);
  find_row(penalties(), config.penalty);
  check_label("loss.real_label", config.real_label, LossConfig().real_label, loss);
  check_label("loss.fake_label", config.fake_label, LossConfig().fake_label, loss);
  if (config.label_flip > 0 && loss.labels == LabelKind::kNone) {
    throw usage_error("loss.label_flip: the loss ", loss.kind,
                      " has no labels to flip; set it to 0");
  }
  if (!loss.needs_pairs()) return;
  if (train.discriminator_update == DiscriminatorUpdate::kSeparate) {
    throw usage_error("train.discriminator_update: the loss ", loss.kind,
                      " compares real with generated images, so D needs both at once; use summed "
                      "or joint");
  }
  if (train.discriminator_batch == DiscriminatorBatch::kHalf) {
    throw usage_error("train.discriminator_batch: the loss ", loss.kind,
                      " needs a real image for each of G's; use full");
  }
}

}  // namespace gan
