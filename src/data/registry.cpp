#include "gan_train/core/registry.hpp"

#include "gan_train/data/dataset.hpp"

namespace gan {

std::span<const DatasetKind> dataset_kinds() {
  GAN_REGISTRY(DatasetKind, kIdx, kCifar10, kFolder, kStackedMnist, kShapes, kRings);
}

}  // namespace gan
