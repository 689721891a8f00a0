#include "gan_train/core/registry.hpp"

#include "gan_train/losses/loss.hpp"

namespace gan {

std::span<const Loss> losses() {
  GAN_REGISTRY(Loss, kBce, kMinimax, kLsgan, kHinge, kWasserstein, kRelativistic);
}

}  // namespace gan
