#include "gan_train/core/error.hpp"
#include "models/batch_norm.hpp"
#include "models/convolution.hpp"
#include "models/map_layout.hpp"
#include "models/models.hpp"
#include "models/upsampled_conv.hpp"

namespace gan {
namespace {

namespace nn = torch::nn;

// A transposed convolution that doubles the size to `target`. For an odd target 2x-1, an even
// kernel becomes one smaller; for an even target, an odd kernel gets output padding.
void push_transposed(nn::Sequential& net, std::int64_t in, std::int64_t out, std::int64_t kernel,
                     MapSize target, bool bias) {
  const auto fit = [&](std::int64_t size) { return kernel - (kernel % 2 == 0 ? size % 2 : 0); };
  const auto pad_out = [&](std::int64_t size) { return kernel % 2 == 1 && size % 2 == 0 ? 1 : 0; };
  const std::int64_t padding = (kernel - 1) / 2;
  const auto options = nn::ConvTranspose2dOptions(in, out, {fit(target.height), fit(target.width)})
                           .stride(2)
                           .padding(padding)
                           .output_padding({pad_out(target.height), pad_out(target.width)})
                           .bias(bias);
  net->push_back(ConvTranspose2d(options));
}

void push_norm_and_activation(nn::Sequential& net, const ModelConfig& config,
                              std::int64_t channels) {
  if (config.generator_norm) push_batch_norm<2>(net, config, channels);
  push_generator_activation(net, config);
}

// From latents to the smallest map.
void push_stem(nn::Sequential& net, const ModelConfig& config, std::int64_t latents, MapSize base) {
  const std::int64_t channels = config.generator_widths.front();
  if (config.upsampling == Upsampling::kTransposed) {
    net->push_back(nn::Unflatten(nn::UnflattenOptions(1, {latents, 1, 1})));
    net->push_back(
        ConvTranspose2d(nn::ConvTranspose2dOptions(latents, channels, {base.height, base.width})
                            .bias(config.bias)));
  } else {
    net->push_back(nn::Linear(
        nn::LinearOptions(latents, channels * base.height * base.width).bias(config.bias)));
    net->push_back(UnflattenMaps(std::array{channels, base.height, base.width}));
  }
  push_norm_and_activation(net, config, channels);
}

void push_upsampling(nn::Sequential& net, const ModelConfig& config, std::int64_t in,
                     std::int64_t out, MapSize source, MapSize target) {
  if (config.upsampling == Upsampling::kTransposed) {
    push_transposed(net, in, out, config.kernel, target, config.bias);
    return;
  }
  const auto options =
      nn::Conv2dOptions(in, out, config.kernel).padding(config.kernel / 2).bias(config.bias);
  if (target.height == 2 * source.height && target.width == 2 * source.width) {
    net->push_back(nn::Identity());  // in place of Upsample, so that names match PyTorch's
    net->push_back(UpsampledConv2d(options));
    return;
  }
  net->push_back(upsample_to(target));
  net->push_back(Conv2d(options));
}

void check_dcgan(const ModelConfig& config, const NetworkShape& shape) {
  if (shape.image.is_point())
    throw usage_error("model.arch: dcgan draws images, not points; use mlp");
  if (config.upsampling == Upsampling::kNearest && config.kernel % 2 == 0) {
    throw usage_error("model.kernel: upsampling 'nearest' needs an odd kernel, found ",
                      config.kernel);
  }
}

nn::Sequential dcgan_generator(const ModelConfig& config, const NetworkShape& shape) {
  check_dcgan(config, shape);
  const auto& widths = config.generator_widths;
  const auto sizes = pyramid(shape.image, widths.size());
  nn::Sequential net;
  push_stem(net, config, shape.latents, sizes.front());
  for (std::size_t i = 1; i < widths.size(); ++i) {
    push_upsampling(net, config, widths[i - 1], widths[i], sizes[i - 1], sizes[i]);
    push_norm_and_activation(net, config, widths[i]);
  }
  push_upsampling(net, config, widths.back(), shape.image.channels, sizes[widths.size() - 1],
                  sizes.back());
  push_output(net, config);
  return net;
}

nn::Sequential dcgan_discriminator(const ModelConfig& config, const NetworkShape& shape) {
  check_dcgan(config, shape);
  const std::int64_t kernel = config.kernel;
  const std::int64_t padding = (kernel - 1) / 2;
  const auto halved = [&](std::int64_t size) {
    const std::int64_t room = size + 2 * padding - kernel;
    return room < 0 ? 0 : room / 2 + 1;
  };
  nn::Sequential net;
  std::int64_t in = shape.input_channels();
  MapSize size{shape.image.height, shape.image.width};
  for (const std::int64_t width : config.discriminator_widths) {
    push_conv(net,
              nn::Conv2dOptions(in, width, kernel).stride(2).padding(padding).bias(config.bias),
              config);
    // Radford et al. 2016: no norm on D's first layer.
    if (config.discriminator_norm && net->size() > 1) push_batch_norm<2>(net, config, width);
    push_leaky_relu(net, config);
    push_dropout(net, config);
    in = width;
    size = {halved(size.height), halved(size.width)};
    if (size.height < 1 || size.width < 1) {
      throw usage_error("model.discriminator_widths: ", config.discriminator_widths.size(),
                        " halvings are too many for ", shape.image.height, "x", shape.image.width,
                        " images; list fewer widths");
    }
  }
  net->push_back(FlattenMaps());
  push_head(net, in * size.height * size.width, shape, config, config.bias);
  return net;
}

}  // namespace

extern const Architecture kDcgan = {
    Arch::kDcgan, "convolutional networks, each width a doubling (G) or halving (D) of the size",
    dcgan_generator, dcgan_discriminator};

}  // namespace gan
