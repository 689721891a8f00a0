#include "gan_train/models/networks.hpp"

#include <algorithm>

#include <torch/nn/init.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/utils.h>

#include "gan_train/core/random.hpp"
#include "gan_train/core/registry.hpp"
#include "models/batch_norm.hpp"

namespace gan {

namespace {

// Initializes the weights of `module` itself, not of its children.
void init_module(torch::nn::Module& module, WeightInit init) {
  bool is_norm = false;
  if_batch_norm(module, [&](auto&) { is_norm = true; });
  for (auto& item : module.named_parameters(/*recurse=*/false)) {
    torch::Tensor& parameter = item.value();
    if (item.key() == "bias") {
      parameter.zero_();
    } else if (init == WeightInit::kDcgan) {
      parameter.normal_(is_norm ? 1.0 : 0.0, 0.02);  // Radford et al. 2016
    } else if (!is_norm) {
      torch::nn::init::xavier_uniform_(parameter);  // Glorot and Bengio 2010; Keras's default
    }
  }
}

const Architecture& find_architecture(const ModelConfig& config) {
  return find_row(architectures(), config.arch);
}

// Halves the channels for each doubling of the map, as in Radford et al. 2016. The smallest map has
// a side of 4 to 7 pixels.
Widths convolutional_widths(const ImageShape& image) {
  constexpr std::int64_t kMaxMapSide = 64;
  constexpr std::int64_t kMaxChannels = 512;
  Widths widths = {kMaxMapSide};
  for (auto side = (std::min(image.height, image.width) + 1) / 2; side > 7; side = (side + 1) / 2) {
    widths.insert(widths.begin(), std::min(2 * widths.front(), kMaxChannels));
  }
  return widths;
}

}  // namespace

ModelConfig with_widths(ModelConfig config, const ImageShape& image) {
  const bool mlp = config.arch == Arch::kMlp;
  if (config.generator_widths.empty()) {
    config.generator_widths = mlp ? Widths{256, 512, 1024} : convolutional_widths(image);
  }
  if (config.discriminator_widths.empty()) {
    Widths widths = mlp ? Widths{256, 512} : convolutional_widths(image);
    config.discriminator_widths = {widths.rbegin(), widths.rend()};
  }
  return config;
}

NetworkShape network_shape(const ModelConfig& config, const ImageShape& image,
                           std::int64_t class_count) {
  NetworkShape shape{.image = image, .latents = config.latent_dim, .pack = config.pack};
  if (config.conditional == Conditional::kNone) return shape;
  if (class_count < 1) {
    throw usage_error("model.conditional: ", config.conditional, " needs the number of classes");
  }
  shape.latents += class_count;
  switch (config.conditional) {
    case Conditional::kNone:
      return shape;
    case Conditional::kConcat:
      shape.class_planes = class_count;
      return shape;
    case Conditional::kProjection:
    case Conditional::kAcgan:
      shape.outputs += class_count;
      return shape;
  }
  throw unknown_value(config.conditional);
}

Networks make_networks(const ModelConfig& given, const ImageShape& image, std::uint64_t seed,
                       std::int64_t class_count) {
  choose_vector_kernels();
  const ModelConfig config = with_widths(given, image);
  const Architecture& architecture = find_architecture(config);
  const NetworkShape shape = network_shape(config, image, class_count);
  torch::manual_seed(stream_seed(seed, Stream::kInit, 0));
  Networks networks{architecture.generator(config, shape),
                    architecture.discriminator(config, shape)};
  if (config.init == WeightInit::kPytorch) return networks;
  const torch::NoGradGuard no_grad;
  for (torch::nn::Sequential net : {networks.generator, networks.discriminator}) {
    net->apply([&](torch::nn::Module& module) { init_module(module, config.init); });
  }
  return networks;
}

torch::nn::Sequential make_generator(const ModelConfig& given, const ImageShape& image,
                                     std::int64_t class_count) {
  choose_vector_kernels();
  const ModelConfig config = with_widths(given, image);
  return find_architecture(config).generator(config, network_shape(config, image, class_count));
}

void choose_vector_kernels() {
  [[maybe_unused]] static const bool chosen = torch::zeros({1}).tanh().defined();
}

std::int64_t count_parameters(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const auto& parameter : module.parameters()) count += parameter.numel();
  return count;
}

extern const Architecture kMlp, kDcgan, kResnet;

std::span<const Architecture> architectures() {
  static const std::array kAll = {kMlp, kDcgan, kResnet};
  return kAll;
}

}  // namespace gan
