#pragma once

#include <vector>

#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/upsampling.h>

#include "gan_train/models/networks.hpp"

namespace gan {

/// The size of a feature map.
struct MapSize {
  std::int64_t height;
  std::int64_t width;
};

/// Sizes from the smallest map to the full image; each is half the next, rounded up.
std::vector<MapSize> pyramid(const ImageShape& image, std::size_t halvings);

/// Upsamples to that size by nearest neighbours.
torch::nn::Upsample upsample_to(MapSize size);

/// Layers that all architectures share, as the config selects them.
void push_leaky_relu(torch::nn::Sequential& net, const ModelConfig& config, bool inplace = true);
void push_generator_activation(torch::nn::Sequential& net, const ModelConfig& config,
                               bool inplace = true);
void push_output(torch::nn::Sequential& net, const ModelConfig& config);
void push_dropout(torch::nn::Sequential& net, const ModelConfig& config);

/// D's layers with weights, spectrally normalised if model.spectral_norm says so.
void push_conv(torch::nn::Sequential& net, const torch::nn::Conv2dOptions& options,
               const ModelConfig& config);
void push_linear(torch::nn::Sequential& net, const torch::nn::LinearOptions& options,
                 const ModelConfig& config);

/// The end of D, [n, features] -> [n], or [n, outputs] if there are several: minibatch standard
/// deviation, if configured, and a linear layer.
void push_head(torch::nn::Sequential& net, std::int64_t features, const NetworkShape& shape,
               const ModelConfig& config, bool bias = true);

}  // namespace gan
