#include "models/batch_norm.hpp"
#include "models/models.hpp"

namespace gan {
namespace {

namespace nn = torch::nn;

nn::Sequential mlp_generator(const ModelConfig& config, const NetworkShape& shape) {
  nn::Sequential net;
  std::int64_t in = shape.latents;
  for (const std::int64_t width : config.generator_widths) {
    net->push_back(nn::Linear(in, width));
    if (config.generator_norm) push_batch_norm<1>(net, config, width);
    push_generator_activation(net, config);
    in = width;
  }
  net->push_back(nn::Linear(in, shape.image.size()));
  push_output(net, config);
  const auto& [channels, height, columns] = shape.image;
  net->push_back(nn::Unflatten(nn::UnflattenOptions(1, {channels, height, columns})));
  return net;
}

nn::Sequential mlp_discriminator(const ModelConfig& config, const NetworkShape& shape) {
  nn::Sequential net;
  net->push_back(nn::Flatten());
  std::int64_t in = shape.input_size();
  for (const std::int64_t width : config.discriminator_widths) {
    push_linear(net, {in, width}, config);
    if (config.discriminator_norm) push_batch_norm<1>(net, config, width);
    push_leaky_relu(net, config);
    push_dropout(net, config);
    in = width;
  }
  push_head(net, in, shape, config);
  return net;
}

}  // namespace

extern const Architecture kMlp = {Arch::kMlp, "fully connected networks of any widths",
                                  mlp_generator, mlp_discriminator, /*flat=*/true};

}  // namespace gan
