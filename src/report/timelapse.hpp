#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace gan {

/// Writes the grids of a run, in the order of their epochs, as an animated GIF: the same
/// latents each time, so that it shows how they change; the last stays for a second. Grids of
/// another size than the last are left out with a warning. Returns the number of frames.
/// Error (exit code 2) where the run holds no grids, or this build makes no GIF files.
std::size_t write_timelapse(const std::filesystem::path& run, const std::filesystem::path& gif,
                            std::int64_t frames_per_second);

}  // namespace gan
