#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <ATen/core/ivalue.h>
#include <torch/types.h>

namespace gan {

/// How a kernel moves over a map: {height, width} each.
struct Windows {
  std::array<std::int64_t, 2> kernel;
  std::array<std::int64_t, 2> stride;
  std::array<std::int64_t, 2> padding;
};

/// Windows as autograd saves them for the way back, and again as they were.
std::vector<std::int64_t> packed(const Windows& windows);
Windows unpacked(const c10::IValue& value);

/// The part of the map [n, c, h, w] that each place of the kernel sees, zero outside of the map:
/// [n * h' * w', kernel height * kernel width * c]. On the CPU, best in channels_last, where a
/// row of a patch lies in one piece. Differentiable any number of times.
torch::Tensor patches(const torch::Tensor& map, const Windows& windows);

/// The adjoint: a map [n, c, h, w] in channels_last, to which each patch is added where patches()
/// would have found it. Sums of bfloat16 are float32.
torch::Tensor sum_patches(const torch::Tensor& rows, const Windows& windows,
                          const std::array<std::int64_t, 4>& map_sizes);

}  // namespace gan
