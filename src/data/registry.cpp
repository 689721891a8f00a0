#include <array>

#include "datasets.hpp"

namespace gan {

std::span<const DatasetKind> dataset_kinds() {
  static const std::array kKinds = {kIdx, kShapes, kRings};
  return kKinds;
}

}  // namespace gan
