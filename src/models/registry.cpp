#include "gan_train/core/registry.hpp"

#include "gan_train/models/networks.hpp"

namespace gan {

std::span<const Architecture> architectures() { GAN_REGISTRY(Architecture, kMlp, kDcgan, kResnet); }

}  // namespace gan
