#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "gan_train/run/run.hpp"

namespace gan {

/// How many bytes of pictures, and how many of each table, go into a report where nobody says…
inline constexpr std::uint64_t kMaxReportBytes = 16 << 20;
/// …and into one that is written anew after each epoch: that must cost next to nothing.
inline constexpr std::uint64_t kMaxLiveBytes = 1 << 20;

/// One HTML page, whole in itself, with all that the folders of these runs tell: metrics, grids
/// of samples, warnings, config, networks and machine, side by side where there are several. What
/// a folder lacks, or holds only in parts, the page says. Error (exit code 2) for a folder that is
/// no run's.
std::string make_report(const std::vector<std::filesystem::path>& runs,
                        std::uint64_t max_bytes = kMaxReportBytes,
                        std::optional<RunState> state = {});

/// What the page is made from, as JSON; src/report/page/report.js reads it.
/// `state`: of all the runs; by default, as their folders show.
std::string report_data(const std::vector<std::filesystem::path>& runs,
                        std::uint64_t max_bytes = kMaxReportBytes,
                        std::optional<RunState> state = {});

/// Writes the page of a run in that state into its folder.
void write_report(const RunFiles& files, RunState state);

}  // namespace gan
