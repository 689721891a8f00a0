#pragma once

#include "cli/arguments.hpp"
#include "gan_train/data/dataset.hpp"
#include "gan_train/train/trainer.hpp"

namespace gan {

/// Prints what --dry-run promises: config, data, layers with their parameter counts, and an
/// estimate of the memory that the run takes.
void print_summary(const Trainer& trainer, const Dataset& data, const JsonOutput& json);

}  // namespace gan
