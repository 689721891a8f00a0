#include <algorithm>

#include <torch/nn/modules/activation.h>

#include "models/convolution.hpp"
#include "models/dropout.hpp"
#include "models/minibatch_stddev.hpp"
#include "models/models.hpp"
#include "models/spectral_norm.hpp"

namespace gan {

namespace nn = torch::nn;

std::vector<MapSize> pyramid(const ImageShape& image, std::size_t halvings) {
  std::vector<MapSize> sizes = {{image.height, image.width}};
  for (std::size_t i = 0; i < halvings; ++i) {
    sizes.push_back({(sizes.back().height + 1) / 2, (sizes.back().width + 1) / 2});
  }
  std::reverse(sizes.begin(), sizes.end());
  return sizes;
}

nn::Upsample upsample_to(MapSize size) {
  return nn::Upsample(
      nn::UpsampleOptions().size(std::vector<std::int64_t>{size.height, size.width}));
}

void push_leaky_relu(nn::Sequential& net, const ModelConfig& config, bool inplace) {
  net->push_back(
      nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(config.leaky_slope).inplace(inplace)));
}

void push_generator_activation(nn::Sequential& net, const ModelConfig& config, bool inplace) {
  switch (config.generator_activation) {
    case Activation::kRelu:
      net->push_back(nn::ReLU(nn::ReLUOptions(inplace)));
      return;
    case Activation::kLeakyRelu:
      push_leaky_relu(net, config, inplace);
      return;
  }
  throw unknown_value(config.generator_activation);
}

void push_output(nn::Sequential& net, const ModelConfig& config) {
  switch (config.output) {
    case OutputActivation::kTanh:
      net->push_back(nn::Tanh());
      return;
    case OutputActivation::kSigmoid:
      net->push_back(nn::Sigmoid());
      return;
  }
  throw unknown_value(config.output);
}

void push_dropout(nn::Sequential& net, const ModelConfig& config) {
  if (config.dropout > 0) net->push_back(Dropout(config.dropout));
}

void push_conv(nn::Sequential& net, const nn::Conv2dOptions& options, const ModelConfig& config) {
  if (config.spectral_norm) {
    net->push_back(SpectralConv2d(options));
  } else {
    net->push_back(Conv2d(options));
  }
}

void push_linear(nn::Sequential& net, const nn::LinearOptions& options, const ModelConfig& config) {
  if (config.spectral_norm) {
    net->push_back(SpectralLinear(options));
  } else {
    net->push_back(nn::Linear(options));
  }
}

void push_head(nn::Sequential& net, std::int64_t features, const NetworkShape& shape,
               const ModelConfig& config, bool bias) {
  if (config.minibatch_stddev > 0) {
    net->push_back(MinibatchStddev(config.minibatch_stddev));
    ++features;
  }
  push_linear(net, nn::LinearOptions(features, shape.outputs).bias(bias), config);
  if (shape.outputs == 1) net->push_back(nn::Flatten(nn::FlattenOptions().start_dim(0)));
}

}  // namespace gan
