#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "core/json.hpp"
#include "gan_train/run/run.hpp"

namespace gan {

/// All that a report shows of the run in a folder; what is not there, or only in parts, is told in
/// its `notes`. Of pictures, and of each table, at most so many bytes are read. Without `state`,
/// the folder tells how far the run has come.
Json read_run(const std::filesystem::path& root, std::uint64_t max_bytes,
              std::optional<RunState> state);

}  // namespace gan
