#pragma once

#include <cstdint>

#include <torch/types.h>

#include "gan_train/config/config.hpp"
#include "gan_train/data/dataset.hpp"
#include "gan_train/eval/evaluator.hpp"

namespace gan {

/// An evaluator by the data set that `config` names and `train` holds, with what real images and
/// noise score. Takes what it can from files beside the data, else from the user's cache folder
/// ($XDG_CACHE_HOME or ~/.cache), makes the rest and keeps it there: once, that takes a minute or
/// two. Features: kAuto (a classifier where there are labels, else projections), kClassifier
/// (Error, exit code 2, where there are none) or kProjections.
Evaluator make_evaluator(const DataConfig& config, const Dataset& train, std::int64_t samples,
                         const torch::Device& device, FeatureKind features = FeatureKind::kAuto);

}  // namespace gan
