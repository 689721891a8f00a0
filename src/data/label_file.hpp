#pragma once

#include <cstdint>
#include <filesystem>

#include <torch/types.h>

#include "gan_train/config/config.hpp"

namespace gan {

/// The labels in an IDX or .npy file, int64 [images]; Error (exit code 2) where they are not as
/// many.
torch::Tensor read_labels(const std::filesystem::path& path, std::int64_t images,
                          const DataConfig& config);

}  // namespace gan
