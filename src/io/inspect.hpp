#pragma once

#include <filesystem>

#include "gan_train/core/file.hpp"
#include "gan_train/core/json.hpp"

namespace gan {

// What inspect_path() says of each kind. `name` is what messages call the file.
Json inspect_pt(ByteView bytes, const std::string& name);
Json inspect_safetensors(ByteView bytes, const std::string& name);
Json inspect_run(const std::filesystem::path& folder);

}  // namespace gan
