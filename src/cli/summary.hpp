#pragma once

#include "gan_train/core/json.hpp"
#include "gan_train/data/dataset.hpp"
#include "gan_train/train/trainer.hpp"

namespace gan {

/// Prints what --dry-run promises: config, data, layers with their parameter
/// counts, and an estimate of the memory that training takes.
void print_summary(const Trainer& trainer, const Dataset& data);

/// The same as JSON.
Json summary_json(const Trainer& trainer, const Dataset& data);

}  // namespace gan
