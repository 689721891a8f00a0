#pragma once

#include "gan_train/losses/penalty.hpp"

namespace gan {

/// |∇D(x)|² of each logit, [n], with a graph to D's parameters: of each image, or of those that
/// D judges at once. Where D has batch norm, the gradient of an image takes in what it does to
/// the logits of the others.
torch::Tensor squared_slopes(const LogitsOf& d, const torch::Tensor& images);

/// Mean of (|∇D(x)| - 1)².
torch::Tensor distance_from_slope_one(const LogitsOf& d, const torch::Tensor& images);

/// A number in [0, 1) for each element of a tensor of that shape and kind.
torch::Tensor uniform_like(const torch::Tensor& images, at::IntArrayRef shape,
                           const at::Generator& random);

}  // namespace gan
