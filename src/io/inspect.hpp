#pragma once

#include <filesystem>
#include <string>

#include "core/file.hpp"
#include "core/json.hpp"

namespace gan {

/// Describes a file's contents: by content a checkpoint or another PyTorch file, safetensors, IDX
/// (raw or gzip) or .npy; by its name a config. Throws an Error if it is none of these, or damaged.
Json inspect_file(const std::filesystem::path& path);

// inspect_file() for these kinds. `name` is what messages call the file.
Json inspect_pt(ByteView bytes, const std::string& name);
Json inspect_safetensors(ByteView bytes, const std::string& name);

}  // namespace gan
