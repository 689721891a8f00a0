#pragma once

#include <cstdint>

#include "gan_train/train/trainer.hpp"

namespace gan {

/// Warns where `before` ranks saved a state and another number resumes it: says what will differ.
void note_other_ranks(std::int64_t before, const Trainer& trainer);

}  // namespace gan
