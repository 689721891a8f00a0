#pragma once

#include <filesystem>

#include "gan_train/core/json.hpp"

namespace gan {

/// What a file holds, told by its content: a checkpoint or another PyTorch file, safetensors, IDX
/// (raw or gzip), .npy; by its name, a config; or what the folder of a run does. Error where it is
/// none of these, or damaged.
Json inspect_path(const std::filesystem::path& path);

}  // namespace gan
