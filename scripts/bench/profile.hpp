#pragma once

#include "gan_train/train/trainer.hpp"

namespace gan {

/// Prints where the trainer's step spends its time: one row per LibTorch operator and tensor sizes,
/// in ms per step, excluding the operators that it calls.
void print_profile(Trainer& trainer, int rounds);

}  // namespace gan
