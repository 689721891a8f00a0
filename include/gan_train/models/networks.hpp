#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <torch/nn/modules/container/sequential.h>

#include "gan_train/config/config.hpp"
#include "gan_train/core/shape.hpp"

namespace gan {

/// A generator and a discriminator; NetworkShape defines their inputs and outputs. Parameters have
/// the names that PyTorch would give the same nn.Sequential ("0.weight", …), so that weights can be
/// exchanged.
struct Networks {
  torch::nn::Sequential generator;
  torch::nn::Sequential discriminator;
};

/// Inputs and outputs of the networks; the architecture defines the layers between. G: [n, latents]
/// -> [n, c, h, w]. D: [n, input_channels(), h, w], or [n, input_size()] for a flat architecture,
/// -> logits [n], or [n, outputs] if outputs > 1. Without classes and packing, D's input is the
/// image.
struct NetworkShape {
  ImageShape image;               ///< shape of G's images
  std::int64_t latents = 0;       ///< inputs of G: latent_dim, plus one per class if conditional
  std::int64_t pack = 1;          ///< images per input of D
  std::int64_t class_planes = 0;  ///< one-hot channels per image in D's input
  std::int64_t outputs = 1;       ///< outputs of D: the logit, and perhaps one per class

  std::int64_t input_channels() const { return pack * (image.channels + class_planes); }
  std::int64_t input_size() const { return pack * (image.size() + class_planes); }
};

/// For `class_count` classes in the data. Throws an Error (exit code 2) if model.conditional needs
/// classes and there are none.
NetworkShape network_shape(const ModelConfig& config, const ImageShape& image,
                           std::int64_t class_count);

/// An architecture. To add one, add an Arch, a file in src/models/ and its name in networks.cpp.
struct Architecture {
  Arch kind;
  std::string_view help;
  /// Each builds a network, or throws an Error (exit code 2) if none can be derived for that shape.
  torch::nn::Sequential (*generator)(const ModelConfig& config, const NetworkShape& shape);
  torch::nn::Sequential (*discriminator)(const ModelConfig& config, const NetworkShape& shape);
  bool flat = false;  ///< whether D's input is [n, input_size()]
};

/// All architectures; `model.arch` names one.
std::span<const Architecture> architectures();

/// `config`, with missing widths set to suit images of that shape.
ModelConfig with_widths(ModelConfig config, const ImageShape& image);

/// Builds both networks, with weights drawn from `seed` according to `config.init`. `class_count`
/// is only used if model.conditional is not none.
Networks make_networks(const ModelConfig& config, const ImageShape& image, std::uint64_t seed,
                       std::int64_t class_count = 0);

/// Builds only the generator, to load existing weights into.
torch::nn::Sequential make_generator(const ModelConfig& config, const ImageShape& image,
                                     std::int64_t class_count = 0);

/// Makes MKL choose the kernels of tanh, exp and the like on this thread alone. MKL chooses at the
/// first call; if two threads make that call at once, one may compute with half the digits
/// (pytorch#188792). Networks, evaluators and configure_process() call this; code that computes
/// without them must call it first.
void choose_vector_kernels();

/// Number of trainable parameters.
std::int64_t count_parameters(const torch::nn::Module& module);

}  // namespace gan
