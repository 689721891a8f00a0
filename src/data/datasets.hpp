#pragma once

#include "gan_train/data/dataset.hpp"

namespace gan {

// The kinds that registry.cpp lists, each defined in the file of its name.
extern const DatasetKind kIdx;
extern const DatasetKind kShapes;
extern const DatasetKind kRings;

}  // namespace gan
