#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace gan::log {

enum class Level { kDebug, kInfo, kWarning, kError, kOff };

/// The lowest level shown on the terminal (standard error). The log file gets all levels from
/// kInfo, or from the terminal's level if that is lower.
void set_level(Level level);

/// "debug", "info", "warning", "error" or "off"; Error otherwise.
Level parse_level(std::string_view name);

/// The prefix of every line on the terminal, for when several processes share it.
void set_rank_prefix(std::string_view prefix);

/// Also appends every message to `path`, with date and level. Throws an Error if the file cannot be
/// opened. If a later write fails, warns once and stops copying.
void open_file(const std::filesystem::path& path);

void debug(std::string_view message);
void info(std::string_view message);
void warning(std::string_view message);
void error(std::string_view message);

/// To the file only, for messages that the terminal already shows in another form.
void file_only(std::string_view message);

/// Text of a live line, cut to the terminal's width, redrawn below any message that is logged
/// meanwhile; "" ends it. Hidden if the terminal's level is above kInfo. Call it only if standard
/// error is a terminal.
void live_line(std::string_view text);

}  // namespace gan::log
