#pragma once

#include <cstdint>

#include <torch/nn/modules/container/sequential.h>

#include "formats/graph.hpp"
#include "gan_train/core/shape.hpp"

namespace gan {

/// A generator in evaluation mode, on the CPU, as ONNX operators: from `z` [n, latent_dim] and, if
/// class_count > 0, `class` [n] to `image` [n, c, h, w]. Tensors have their names in PyTorch's
/// state_dict. Throws an Error for layers that src/models/graph.cpp does not support.
Graph generator_graph(const torch::nn::Sequential& generator, std::int64_t latent_dim,
                      std::int64_t class_count, const ImageShape& image);

}  // namespace gan
