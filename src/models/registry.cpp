#include <array>

#include "models.hpp"

namespace gan {

std::span<const Architecture> architectures() {
  static const std::array kArchitectures = {kMlp, kDcgan, kResnet};
  return kArchitectures;
}

}  // namespace gan
