#include "models/patches.hpp"

#include <algorithm>

#include <ATen/Dispatch.h>
#include <ATen/OpMathType.h>
#include <ATen/Parallel.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include "models/map_layout.hpp"

namespace gan {
namespace {

using Sizes4 = std::array<std::int64_t, 4>;

// The sizes of a set of patches.
struct Layout {
  std::int64_t images, channels, height, width;  // of the map
  std::int64_t rows, columns;                    // positions of the kernel
  Windows windows;

  Layout(const Sizes4& sizes, const Windows& w)
      : images(sizes[0]),
        channels(sizes[1]),
        height(sizes[2]),
        width(sizes[3]),
        rows((height + 2 * w.padding[0] - w.kernel[0]) / w.stride[0] + 1),
        columns((width + 2 * w.padding[1] - w.kernel[1]) / w.stride[1] + 1),
        windows(w) {}

  std::int64_t patch_size() const { return windows.kernel[0] * windows.kernel[1] * channels; }
  std::int64_t patch_count() const { return images * rows * columns; }
};

// Copies row `row` of an image's patches.
template <typename T>
void copy_row(const T* image, T* out, const Layout& layout, std::int64_t row) {
  const auto& [kernel, stride, padding] = layout.windows;
  const std::int64_t c = layout.channels;
  for (std::int64_t j = 0; j < layout.columns; ++j) {
    const std::int64_t x = j * stride[1] - padding[1];
    const std::int64_t first = std::min(std::max<std::int64_t>(0, -x), kernel[1]);
    const std::int64_t last = std::max(std::min(kernel[1], layout.width - x), first);
    for (std::int64_t u = 0; u < kernel[0]; ++u) {
      const std::int64_t y = row * stride[0] - padding[0] + u;
      const bool inside = y >= 0 && y < layout.height;
      const std::int64_t from = inside ? first : kernel[1];
      const std::int64_t to = inside ? last : kernel[1];
      std::fill_n(out, from * c, T(0));
      std::copy_n(image + (y * layout.width + x + from) * c, (to - from) * c, out + from * c);
      std::fill_n(out + to * c, (kernel[1] - to) * c, T(0));
      out += kernel[1] * c;
    }
  }
}

// Sums an image's patches, in the order of the kernel's elements, like LibTorch's col2im.
template <typename T, typename Sum>
void add_patches(const T* rows, Sum* image, const Layout& layout) {
  const auto& [kernel, stride, padding] = layout.windows;
  const std::int64_t c = layout.channels;
  for (std::int64_t u = 0; u < kernel[0]; ++u) {
    for (std::int64_t v = 0; v < kernel[1]; ++v) {
      for (std::int64_t i = 0; i < layout.rows; ++i) {
        const std::int64_t y = i * stride[0] - padding[0] + u;
        if (y < 0 || y >= layout.height) continue;
        for (std::int64_t j = 0; j < layout.columns; ++j) {
          const std::int64_t x = j * stride[1] - padding[1] + v;
          if (x < 0 || x >= layout.width) continue;
          const T* from =
              rows + (i * layout.columns + j) * layout.patch_size() + (u * kernel[1] + v) * c;
          Sum* to = image + (y * layout.width + x) * c;
#pragma omp simd
          for (std::int64_t k = 0; k < c; ++k) to[k] += static_cast<Sum>(from[k]);
        }
      }
    }
  }
}

torch::Tensor copy_patches(const torch::Tensor& map, const Layout& layout) {
  const auto input = map.contiguous(kChannelsLast);
  auto out = torch::empty({layout.patch_count(), layout.patch_size()}, map.options());
  AT_DISPATCH_FLOATING_TYPES_AND(at::kBFloat16, map.scalar_type(), "patches", [&] {
    const auto* from = input.const_data_ptr<scalar_t>();
    auto* to = out.mutable_data_ptr<scalar_t>();
    const std::int64_t image_size = layout.height * layout.width * layout.channels;
    const std::int64_t row_size = layout.columns * layout.patch_size();
    at::parallel_for(0, layout.images * layout.rows, 1 + (1 << 14) / row_size,
                     [&](std::int64_t begin, std::int64_t end) {
                       for (std::int64_t i = begin; i < end; ++i) {
                         copy_row(from + i / layout.rows * image_size, to + i * row_size, layout,
                                  i % layout.rows);
                       }
                     });
  });
  return out;
}

torch::Tensor added_patches(const torch::Tensor& rows, const Layout& layout) {
  const auto input = rows.contiguous();
  const auto type = at::toOpMathType(rows.scalar_type());
  auto out = torch::zeros({layout.images, layout.height, layout.width, layout.channels},
                          rows.options().dtype(type));
  AT_DISPATCH_FLOATING_TYPES_AND(at::kBFloat16, rows.scalar_type(), "sum_patches", [&] {
    using Sum = at::opmath_type<scalar_t>;
    const auto* from = input.const_data_ptr<scalar_t>();
    auto* to = out.mutable_data_ptr<Sum>();
    const std::int64_t image_size = layout.height * layout.width * layout.channels;
    const std::int64_t patches_size = layout.rows * layout.columns * layout.patch_size();
    at::parallel_for(0, layout.images, 1 + (1 << 14) / patches_size,
                     [&](std::int64_t begin, std::int64_t end) {
                       for (std::int64_t i = begin; i < end; ++i) {
                         add_patches(from + i * patches_size, to + i * image_size, layout);
                       }
                     });
  });
  return out.permute({0, 3, 1, 2});
}

Sizes4 sizes_of(const torch::Tensor& map) {
  return {map.size(0), map.size(1), map.size(2), map.size(3)};
}

class Patches : public torch::autograd::Function<Patches> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& map,
                               const Windows& windows) {
    context->saved_data["windows"] = to_list(windows);
    context->saved_data["sizes"] = map.sizes().vec();
    context->saved_data["type"] = map.scalar_type();
    return copy_patches(map, Layout(sizes_of(map), windows));
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto sizes = context->saved_data["sizes"].toIntVector();
    const auto sum = sum_patches(gradients[0], windows_from_list(context->saved_data["windows"]),
                                 {sizes[0], sizes[1], sizes[2], sizes[3]});
    return {sum.to(context->saved_data["type"].toScalarType()), torch::Tensor()};
  }
};

class PatchSums : public torch::autograd::Function<PatchSums> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& rows,
                               const Windows& windows, const Sizes4& sizes) {
    context->saved_data["windows"] = to_list(windows);
    context->saved_data["type"] = rows.scalar_type();
    return added_patches(rows, Layout(sizes, windows));
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto gradient = gradients[0].to(context->saved_data["type"].toScalarType());
    return {patches(gradient, windows_from_list(context->saved_data["windows"])), torch::Tensor(),
            torch::Tensor()};
  }
};

}  // namespace

std::vector<std::int64_t> to_list(const Windows& w) {
  return {w.kernel[0], w.kernel[1], w.stride[0], w.stride[1], w.padding[0], w.padding[1]};
}

Windows windows_from_list(const c10::IValue& value) {
  const auto w = value.toIntVector();
  return {{w[0], w[1]}, {w[2], w[3]}, {w[4], w[5]}};
}

torch::Tensor patches(const torch::Tensor& map, const Windows& windows) {
  return Patches::apply(map, windows);
}

torch::Tensor sum_patches(const torch::Tensor& rows, const Windows& windows,
                          const Sizes4& map_sizes) {
  return PatchSums::apply(rows, windows, map_sizes);
}

}  // namespace gan
