#pragma once

#include <cstdint>
#include <filesystem>

#include <torch/types.h>

#include "gan_train/config/choices.hpp"
#include "gan_train/core/shape.hpp"

namespace gan {

/// Reads samples of that shape from one file, as gan-sample writes them: IDX (raw or gzip) or .npy,
/// n x height x width (x channels) or n x channels x height x width (where both fit, the former),
/// bytes or, in .npy, also floats in `range` (as data.range);
/// points are n x 2 of float32. Or a folder's pictures in the order of their names, those
/// of another size cropped and resized as the data set `folder` does. Returns them as a data set
/// holds them: uint8 [n, c, h, w], or float32 for points. Error (exit code 2) where they have
/// another shape or, by more than a tenth, lie outside `range`.
torch::Tensor read_samples(const std::filesystem::path& path, const ImageShape& shape,
                           PixelRange range);

/// Reads latents from a .npy file of float32 or float64, n x `size` or n x `whole_size` (with
/// one-hot classes, as gan-sample --save-latents writes them); float32, [n, …]. Error (exit
/// code 2) where they have another shape, or are not all finite.
torch::Tensor read_latents(const std::filesystem::path& path, std::int64_t size,
                           std::int64_t whole_size);

}  // namespace gan
