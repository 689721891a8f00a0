#include <algorithm>

#include <torch/nn/modules/pooling.h>

#include "gan_train/core/error.hpp"
#include "models/batch_norm.hpp"
#include "models/convolution.hpp"
#include "models/map_layout.hpp"
#include "models/models.hpp"
#include "models/residual.hpp"

namespace gan {
namespace {

namespace nn = torch::nn;

constexpr std::int64_t kMinResnetSide = 8;

nn::Conv2dOptions square_conv(const ModelConfig& config, std::int64_t in, std::int64_t out,
                              std::int64_t kernel) {
  return nn::Conv2dOptions(in, out, kernel).padding(kernel / 2).bias(config.bias);
}

// The shortcut needs the block's input unchanged, so only a tensor of the branch's own may be
// overwritten.
void push_generator_entry(nn::Sequential& net, const ModelConfig& config, std::int64_t channels,
                          bool own_tensor) {
  if (config.generator_norm) push_batch_norm<2>(net, config, channels);
  push_generator_activation(net, config, /*inplace=*/own_tensor || config.generator_norm);
}

void push_discriminator_entry(nn::Sequential& net, const ModelConfig& config, std::int64_t channels,
                              bool own_tensor) {
  if (config.discriminator_norm) push_batch_norm<2>(net, config, channels);
  push_leaky_relu(net, config, /*inplace=*/own_tensor || config.discriminator_norm);
}

// [n, in, h, w] -> [n, out, target]. Miyato et al. 2018 upsample before the first convolution;
// upsampling after it makes it and the shortcut cost a quarter.
Residual up_block(const ModelConfig& config, std::int64_t in, std::int64_t out, MapSize target) {
  nn::Sequential branch, shortcut;
  push_generator_entry(branch, config, in, /*own_tensor=*/false);
  branch->push_back(Conv2d(square_conv(config, in, out, 3)));
  push_generator_entry(branch, config, out, /*own_tensor=*/true);
  branch->push_back(upsample_to(target));
  branch->push_back(Conv2d(square_conv(config, out, out, 3)));
  if (in != out) shortcut->push_back(Conv2d(square_conv(config, in, out, 1)));
  shortcut->push_back(upsample_to(target));
  return Residual(branch, shortcut);
}

// [n, in, h, w] -> [n, out, h / 2, w / 2], halves rounded up. The first block has no activation on
// its input, the image.
Residual down_block(const ModelConfig& config, std::int64_t in, std::int64_t out, bool is_first) {
  nn::Sequential branch, shortcut;
  if (!is_first) push_discriminator_entry(branch, config, in, /*own_tensor=*/false);
  push_conv(branch, square_conv(config, in, out, 3), config);
  push_discriminator_entry(branch, config, out, /*own_tensor=*/true);
  push_conv(branch, square_conv(config, out, out, 3).stride(2), config);
  shortcut->push_back(nn::AvgPool2d(nn::AvgPool2dOptions(2).ceil_mode(true)));
  if (in != out) push_conv(shortcut, square_conv(config, in, out, 1), config);
  return Residual(branch, shortcut);
}

void check_resnet(std::string_view key, const Widths& widths, const ImageShape& image) {
  if (std::min(image.height, image.width) < kMinResnetSide) {
    throw usage_error("model.arch: resnet takes images of at least ", kMinResnetSide, "x",
                      kMinResnetSide, ", not ", image.height, "x", image.width, "; use mlp");
  }
  const MapSize last = pyramid(image, widths.size() - 1).front();
  if (std::min(last.height, last.width) >= 2) return;
  throw usage_error(key, ": ", widths.size(), " halvings are too many for ", image.height, "x",
                    image.width, " images; list fewer widths");
}

nn::Sequential resnet_generator(const ModelConfig& config, const NetworkShape& shape) {
  const auto& widths = config.generator_widths;
  check_resnet("model.generator_widths", widths, shape.image);
  const auto sizes = pyramid(shape.image, widths.size());
  const auto [height, width] = sizes.front();
  nn::Sequential net;
  net->push_back(nn::Linear(
      nn::LinearOptions(shape.latents, widths.front() * height * width).bias(config.bias)));
  net->push_back(UnflattenMaps(std::array{widths.front(), height, width}));
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const std::int64_t out = widths[std::min(i + 1, widths.size() - 1)];
    net->push_back(up_block(config, widths[i], out, sizes[i + 1]));
  }
  push_generator_entry(net, config, widths.back(), /*own_tensor=*/true);
  net->push_back(Conv2d(square_conv(config, widths.back(), shape.image.channels, 3)));
  push_output(net, config);
  return net;
}

nn::Sequential resnet_discriminator(const ModelConfig& config, const NetworkShape& shape) {
  const auto& widths = config.discriminator_widths;
  check_resnet("model.discriminator_widths", widths, shape.image);
  nn::Sequential net;
  std::int64_t in = shape.input_channels();
  for (const std::int64_t out : widths) {
    net->push_back(down_block(config, in, out, net->is_empty()));
    push_dropout(net, config);
    in = out;
  }
  push_discriminator_entry(net, config, in, /*own_tensor=*/true);
  net->push_back(FlattenMaps());
  const auto [height, width] = pyramid(shape.image, widths.size()).front();
  push_head(net, in * height * width, shape, config, config.bias);
  return net;
}

}  // namespace

extern const Architecture kResnet = {
    Arch::kResnet, "residual networks, each width a block that doubles (G) or halves (D) the size",
    resnet_generator, resnet_discriminator};

}  // namespace gan
