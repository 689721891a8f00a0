#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace gan {

/// Adds all that a report shows of the run in a folder, as a JSON object; what is not there, or
/// only in parts, is told in its `notes`. Of pictures, and of each table, at
/// most so many bytes are read.
void read_run(std::string& json, const std::filesystem::path& root, std::uint64_t most_bytes);

}  // namespace gan
