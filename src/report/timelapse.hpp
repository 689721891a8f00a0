#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace gan {

/// Writes the grids of a run, in the order of their epochs, as an animated GIF: their latents are
/// the same, so it shows how the images change. The last frame stays for a second. Skips grids of
/// another size than the last, with a warning. Returns the number of frames. Throws an Error (exit
/// code 2) if the run has no grids, or this build can't write GIF files.
std::size_t write_timelapse(const std::filesystem::path& run, const std::filesystem::path& gif,
                            std::int64_t frames_per_second);

}  // namespace gan
