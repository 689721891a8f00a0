#pragma once

#include <torch/torch.h>

#include "gan_train/models/networks.hpp"

namespace gan {

// The architectures that registry.cpp lists, each defined in the file of its name.
extern const Architecture kMlp;
extern const Architecture kDcgan;

/// What every architecture's networks share: the layers named by the config.
void push_leaky_relu(torch::nn::Sequential& net, const ModelConfig& config);
void push_generator_activation(torch::nn::Sequential& net, const ModelConfig& config);
void push_output(torch::nn::Sequential& net, const ModelConfig& config);
void push_dropout(torch::nn::Sequential& net, const ModelConfig& config);
/// [n, 1] -> [n].
void push_logits(torch::nn::Sequential& net);

}  // namespace gan
