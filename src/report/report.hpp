#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "gan_train/run/run.hpp"

namespace gan {

/// Default limit on the bytes of pictures, and of each table, in a report,
inline constexpr std::uint64_t kMaxReportBytes = 16 << 20;
/// and the limit for a report rewritten after each epoch, which must be quick.
inline constexpr std::uint64_t kMaxLiveBytes = 1 << 20;

/// A self-contained HTML page with everything in these run folders: metrics, grids of samples,
/// warnings, config, networks and machine, side by side for several runs. The page mentions what is
/// missing or incomplete. Throws an Error (exit code 2) for a folder that is not a run's.
std::string make_report(const std::vector<std::filesystem::path>& runs,
                        std::uint64_t max_bytes = kMaxReportBytes,
                        std::optional<RunState> state = {});

/// The data of the page as JSON, which src/report/page/report.js reads. `state` applies to all
/// runs; by default it is derived from their folders.
std::string report_data(const std::vector<std::filesystem::path>& runs,
                        std::uint64_t max_bytes = kMaxReportBytes,
                        std::optional<RunState> state = {});

/// Writes the page of a run in that state into the run's folder.
void write_report(const RunFiles& files, RunState state);

}  // namespace gan
