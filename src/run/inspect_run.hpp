#pragma once

#include <filesystem>

#include "core/json.hpp"

namespace gan {

/// What the folder of a run holds; Error where it is none.
Json inspect_run(const std::filesystem::path& folder);

}  // namespace gan
