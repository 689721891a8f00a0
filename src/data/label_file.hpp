#pragma once

#include <cstdint>
#include <filesystem>

#include <torch/types.h>

#include "gan_train/config/config.hpp"

namespace gan {

/// The labels in an IDX or .npy file, int64 [images]. Throws an Error (exit code 2) if their number
/// differs.
torch::Tensor read_labels(const std::filesystem::path& path, std::int64_t images,
                          const DataConfig& config);

}  // namespace gan
