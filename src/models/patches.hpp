#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <ATen/core/ivalue.h>
#include <torch/types.h>

namespace gan {

/// How a kernel moves over a map; each field is {height, width}.
struct Windows {
  std::array<std::int64_t, 2> kernel;
  std::array<std::int64_t, 2> stride;
  std::array<std::int64_t, 2> padding;
};

/// Windows as a list of integers, which autograd can save, and the inverse.
std::vector<std::int64_t> to_list(const Windows& windows);
Windows windows_from_list(const c10::IValue& value);

/// The part of the map [n, c, h, w] under each position of the kernel, zero outside the map: [n *
/// h' * w', kernel height * kernel width * c]. On the CPU; fastest in channels_last, where a row of
/// a patch is contiguous. Differentiable any number of times.
torch::Tensor patches(const torch::Tensor& map, const Windows& windows);

/// The adjoint of patches(): adds each patch to its place in a map [n, c, h, w] in channels_last.
/// bfloat16 is summed in float32.
torch::Tensor sum_patches(const torch::Tensor& rows, const Windows& windows,
                          const std::array<std::int64_t, 4>& map_sizes);

}  // namespace gan
