#pragma once

#include "gan_train/train/trainer.hpp"

namespace gan {

/// Prints where the trainer's step spends its time, a row a layer: each layer is timed
/// alone, forward and backward, on a batch of what it sees, times how often a step uses it.
void print_profile(Trainer& trainer, int rounds);

}  // namespace gan
