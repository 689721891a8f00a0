#include <array>

#include "gan_train/data/dataset.hpp"

namespace gan {

extern const DatasetLoader kIdx, kCifar10, kFolder, kStackedMnist, kShapes, kRings;

std::span<const DatasetLoader> dataset_loaders() {
  static const std::array kAll = {kIdx, kCifar10, kFolder, kStackedMnist, kShapes, kRings};
  return kAll;
}

}  // namespace gan
