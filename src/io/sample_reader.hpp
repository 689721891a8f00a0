#pragma once

#include <cstdint>
#include <filesystem>

#include <torch/types.h>

#include "gan_train/config/choices.hpp"
#include "gan_train/core/shape.hpp"

namespace gan {

/// Reads samples of that shape from a file as gan-sample writes it: IDX (raw or gzip) or .npy, n x
/// height x width (x channels) or n x channels x height x width (the former if both fit), as bytes
/// or, in .npy, also as floats in `range` (as data.range); points are n x 2 float32. Also reads a
/// folder of pictures in name order; those of another size are cropped and resized as by the data
/// set `folder`. Returns them as in a data set: uint8 [n, c, h, w], or float32 for points. Throws
/// an Error (exit code 2) if they have another shape or exceed `range` by more than a tenth.
torch::Tensor read_samples(const std::filesystem::path& path, const ImageShape& shape,
                           PixelRange range);

/// Reads latents from a .npy file of float32 or float64, n x `size` or n x `whole_size` (with
/// one-hot classes, as gan-sample --save-latents writes them); returns float32, [n, …]. Throws an
/// Error (exit code 2) if they have another shape, or are not all finite.
torch::Tensor read_latents(const std::filesystem::path& path, std::int64_t size,
                           std::int64_t whole_size);

}  // namespace gan
