#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <torch/nn/modules/container/sequential.h>

#include "gan_train/config/config.hpp"
#include "gan_train/core/shape.hpp"

namespace gan {

/// A generator, [n, latent_dim] -> [n, c, h, w], and a discriminator,
/// [n, c, h, w] -> logits [n]. Parameters bear the names PyTorch would give
/// the same nn.Sequential ("0.weight", …), so that weights travel.
struct Networks {
  torch::nn::Sequential generator;
  torch::nn::Sequential discriminator;
};

/// An architecture. Adding one is a file in src/models/, its declaration in
/// models.hpp there and its line in registry.cpp.
struct Architecture {
  std::string_view name;
  std::string_view help;
  /// Error (exit code 2) where none can be derived for that shape.
  Networks (*make)(const ModelConfig& config, const ImageShape& shape);
};

/// All architectures; `model.arch` names one.
std::span<const Architecture> architectures();

/// Builds both networks with weights drawn from `seed` as `config.init` says.
Networks make_networks(const ModelConfig& config, const ImageShape& shape, std::uint64_t seed);

/// Number of trainable parameters.
std::int64_t count_parameters(const torch::nn::Module& module);

}  // namespace gan
