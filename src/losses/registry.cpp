#include <array>

#include "losses.hpp"

namespace gan {

std::span<const Loss> losses() {
  static const std::array kLosses = {kBce, kMinimax, kLsgan, kHinge, kWasserstein, kRelativistic};
  return kLosses;
}

}  // namespace gan
