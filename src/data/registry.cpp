#include "gan_train/core/registry.hpp"

#include "gan_train/data/dataset.hpp"

namespace gan {

std::span<const DatasetLoader> dataset_loaders() {
  GAN_REGISTRY(DatasetLoader, kIdx, kCifar10, kFolder, kStackedMnist, kShapes, kRings);
}

}  // namespace gan
