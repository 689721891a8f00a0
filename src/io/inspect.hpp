#pragma once

#include <filesystem>
#include <string>

#include "core/file.hpp"
#include "core/json.hpp"

namespace gan {

/// What a file holds, told by its content: a checkpoint or another PyTorch file, safetensors, IDX
/// (raw or gzip), .npy; by its name, a config. Error where it is none of these, or damaged.
Json inspect_file(const std::filesystem::path& path);

// What that says of these kinds. `name` is what messages call the file.
Json inspect_pt(ByteView bytes, const std::string& name);
Json inspect_safetensors(ByteView bytes, const std::string& name);

}  // namespace gan
