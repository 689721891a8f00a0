#pragma once

#include <cstdint>

#include <torch/types.h>

#include "gan_train/config/config.hpp"
#include "gan_train/data/dataset.hpp"
#include "gan_train/eval/evaluator.hpp"

namespace gan {

/// An evaluator for the data set that `config` names and `train` holds, with its baselines.
/// Classifier and baselines are read from files next to the data or in the user's cache folder
/// ($XDG_CACHE_HOME or ~/.cache); missing ones are computed, once, in a minute or two, and kept
/// there. Features: kAuto (a classifier if there are labels, else projections), kClassifier (Error,
/// exit code 2, if there are none) or kProjections.
Evaluator make_evaluator(const DataConfig& config, const Dataset& train, std::int64_t samples,
                         const torch::Device& device, FeatureKind features = FeatureKind::kAuto);

}  // namespace gan
