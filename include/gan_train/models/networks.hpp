#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <torch/nn/modules/container/sequential.h>

#include "gan_train/config/config.hpp"
#include "gan_train/core/shape.hpp"

namespace gan {

/// A generator and a discriminator; NetworkShape says what they take and give.
/// Parameters bear the names PyTorch would give the same nn.Sequential
/// ("0.weight", …), so that weights travel.
struct Networks {
  torch::nn::Sequential generator;
  torch::nn::Sequential discriminator;
};

/// What goes into the networks and comes out of them; what lies between is the
/// architecture's. G: [n, latents] -> [n, c, h, w]. D: [n, input_channels(), h, w],
/// or [n, input_size()] for a flat architecture, -> logits [n], or [n, outputs]
/// where outputs > 1. Unconditional and without packing, D's input is the image.
struct NetworkShape {
  ImageShape image;               ///< what G draws
  std::int64_t latents = 0;       ///< numbers G takes: latent_dim, and one a class
  std::int64_t pack = 1;          ///< images D is shown at once
  std::int64_t class_planes = 0;  ///< one-hot numbers D is shown beside each image
  std::int64_t outputs = 1;       ///< numbers D gives: the logit, perhaps one a class

  std::int64_t input_channels() const { return pack * (image.channels + class_planes); }
  std::int64_t input_size() const { return pack * (image.size() + class_planes); }
};

/// For `class_count` classes in the data; Error (exit code 2) where model.conditional
/// needs some and there are none.
NetworkShape network_shape(const ModelConfig& config, const ImageShape& image,
                           std::int64_t class_count);

/// An architecture. To add one: an Arch, a file in src/models/ and its name in networks.cpp.
struct Architecture {
  Arch kind;
  std::string_view help;
  /// Each network; Error (exit code 2) where none can be derived for that shape.
  torch::nn::Sequential (*generator)(const ModelConfig& config, const NetworkShape& shape);
  torch::nn::Sequential (*discriminator)(const ModelConfig& config, const NetworkShape& shape);
  bool flat = false;  ///< whether D takes each image as one row of numbers
};

/// All architectures; `model.arch` names one.
std::span<const Architecture> architectures();

/// `config` with widths that suit images of that shape where it has none.
ModelConfig with_widths(ModelConfig config, const ImageShape& image);

/// Builds both networks with weights drawn from `seed` as `config.init` says.
/// `class_count` is only looked at where model.conditional is not none.
Networks make_networks(const ModelConfig& config, const ImageShape& image, std::uint64_t seed,
                       std::int64_t class_count = 0);

/// The generator alone, for weights that are there already.
torch::nn::Sequential make_generator(const ModelConfig& config, const ImageShape& image,
                                     std::int64_t class_count = 0);

/// Makes MKL choose the kernels of tanh, exp and the like, on this thread alone. It does so at its
/// first call, and where two threads make that at once, one may compute with half the digits
/// (pytorch#188792). Networks, evaluators and configure_process() see to it; who computes
/// without them calls it first.
void choose_vector_kernels();

/// Number of trainable parameters.
std::int64_t count_parameters(const torch::nn::Module& module);

}  // namespace gan
