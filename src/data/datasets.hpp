#pragma once

#include "gan_train/data/dataset.hpp"

namespace gan {

// The kinds that registry.cpp lists, each defined in the file of its name.
extern const DatasetKind kIdx;
extern const DatasetKind kCifar10;
extern const DatasetKind kFolder;
extern const DatasetKind kStackedMnist;
extern const DatasetKind kShapes;
extern const DatasetKind kRings;

}  // namespace gan
