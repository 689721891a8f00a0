#include <array>

#include "gan_train/models/networks.hpp"

namespace gan {

extern const Architecture kMlp, kDcgan, kResnet;

std::span<const Architecture> architectures() {
  static const std::array kAll = {kMlp, kDcgan, kResnet};
  return kAll;
}

}  // namespace gan
