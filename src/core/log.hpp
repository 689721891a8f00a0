#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace gan::log {

enum class Level { kDebug, kInfo, kWarning, kError, kOff };

/// What the terminal shows, on standard error. The file, if any, gets all
/// levels from kInfo (or the terminal's, if lower) whatever the terminal shows.
void set_level(Level level);

/// "debug", "info", "warning", "error" or "off"; Error otherwise.
Level parse_level(std::string_view name);

/// What every line on the terminal begins with, where several processes share it.
void name_rank(std::string_view name);

/// Copies every message to `path` too, with date and level; appends. An Error if
/// it cannot be opened; if later it cannot be written, one warning says so and the
/// copies end.
void open_file(const std::filesystem::path& path);

void debug(std::string_view message);
void info(std::string_view message);
void warning(std::string_view message);
void error(std::string_view message);

/// To the file alone: what the terminal already shows in another form.
void file_only(std::string_view message);

/// Text of a live line, cut to the terminal's width, to be shown again below whatever is
/// logged meanwhile; "" ends it. Not shown where the terminal's level is above kInfo. Only call it
/// when standard error is a terminal.
void live_line(std::string_view text);

}  // namespace gan::log
