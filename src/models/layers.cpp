#include "dropout.hpp"
#include "models.hpp"

namespace gan {

namespace nn = torch::nn;

void push_leaky_relu(nn::Sequential& net, const ModelConfig& config) {
  net->push_back(
      nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(config.leaky_slope).inplace(true)));
}

void push_generator_activation(nn::Sequential& net, const ModelConfig& config) {
  if (config.generator_activation == "relu") {
    net->push_back(nn::ReLU(nn::ReLUOptions(/*inplace=*/true)));
  } else {
    push_leaky_relu(net, config);
  }
}

void push_output(nn::Sequential& net, const ModelConfig& config) {
  if (config.output == "tanh") {
    net->push_back(nn::Tanh());
  } else {
    net->push_back(nn::Sigmoid());
  }
}

void push_dropout(nn::Sequential& net, const ModelConfig& config) {
  if (config.dropout > 0) net->push_back(Dropout(config.dropout));
}

void push_logits(nn::Sequential& net) {
  net->push_back(nn::Flatten(nn::FlattenOptions().start_dim(0)));
}

}  // namespace gan
