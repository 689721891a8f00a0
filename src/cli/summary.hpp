#pragma once

#include "cli/arguments.hpp"
#include "gan_train/data/dataset.hpp"
#include "gan_train/train/trainer.hpp"

namespace gan {

/// Prints the output of --dry-run: config, data, layers with their parameter counts, and an
/// estimate of the run's memory.
void print_summary(const Trainer& trainer, const Dataset& data, const JsonOutput& json);

}  // namespace gan
