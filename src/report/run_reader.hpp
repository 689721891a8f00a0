#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "core/json.hpp"
#include "gan_train/run/run.hpp"

namespace gan {

/// All that a report shows of the run in a folder; what is not there, or only in parts, is told in
/// its `notes`. At most so many bytes are read of the pictures, and of each table. Without
/// `state`, it is read from the folder.
Json read_run(const std::filesystem::path& root, std::uint64_t max_bytes,
              std::optional<RunState> state);

}  // namespace gan
