#pragma once

#include <filesystem>

#include "core/json.hpp"

namespace gan {

/// Describes the contents of a run's folder; throws an Error for other folders.
Json inspect_run(const std::filesystem::path& folder);

}  // namespace gan
