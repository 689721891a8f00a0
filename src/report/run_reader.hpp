#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "core/json.hpp"
#include "gan_train/run/run.hpp"

namespace gan {

/// Everything that a report shows of the run in a folder; its `notes` mention missing or incomplete
/// files. Reads at most `max_bytes` of the pictures, and of each table. Without `state`, the state
/// is derived from the folder.
Json read_run(const std::filesystem::path& root, std::uint64_t max_bytes,
              std::optional<RunState> state);

}  // namespace gan
