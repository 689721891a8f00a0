#include <array>

#include "datasets.hpp"

namespace gan {

std::span<const DatasetKind> dataset_kinds() {
  static const std::array kKinds = {kIdx, kCifar10, kFolder, kStackedMnist, kShapes, kRings};
  return kKinds;
}

}  // namespace gan
