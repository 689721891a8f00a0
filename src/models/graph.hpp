#pragma once

#include <cstdint>

#include <torch/nn/modules/container/sequential.h>

#include "formats/graph.hpp"
#include "gan_train/core/shape.hpp"

namespace gan {

/// A generator in evaluation mode, on the CPU, as operators of ONNX: from `z` [n, latent_dim]
/// and, where class_count > 0, `class` [n] to `image` [n, c, h, w]. Tensors bear their names
/// in PyTorch's state_dict. Error where a layer has no operators in src/models/graph.cpp.
Graph generator_graph(const torch::nn::Sequential& generator, std::int64_t latent_dim,
                      std::int64_t class_count, const ImageShape& image);

}  // namespace gan
