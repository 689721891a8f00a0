#include "gan_train/core/log.hpp"

// The only file that includes spdlog: the wheel of LibTorch brings a newer fmt
// whose headers would shadow the one that a packaged spdlog was built with, so
// this layer stays free of LibTorch and everyone else logs through log.hpp.
#include <cstdio>
#include <memory>
#include <mutex>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "gan_train/core/error.hpp"

namespace gan::log {
namespace {

struct State {
  std::shared_ptr<spdlog::logger> terminal;
  std::shared_ptr<spdlog::logger> file;
  std::string live;
  std::recursive_mutex mutex;

  State() {
    auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_st>();
    sink->set_color(spdlog::level::info, sink->reset);  // colour is for what needs attention
    terminal = std::make_shared<spdlog::logger>("terminal", sink);
    terminal->set_pattern("%^%v%$");
  }
};

State& state() {
  static State instance;
  return instance;
}

void show_live(std::string_view text) {
  std::fprintf(stderr, "\r\x1b[K%.*s", static_cast<int>(text.size()), text.data());
  std::fflush(stderr);
}

void emit(spdlog::level::level_enum level, std::string_view prefix, std::string_view message) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (s.terminal->should_log(level)) {
    if (!s.live.empty()) show_live("");
    s.terminal->log(level, "{}{}", prefix, message);
    if (!s.live.empty()) show_live(s.live);
  }
  if (s.file) s.file->log(level, "{}", message);
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
    case Level::kOff:
      break;
  }
  return spdlog::level::off;
}

}  // namespace

void set_level(Level level) { state().terminal->set_level(to_spdlog(level)); }

Level parse_level(std::string_view name) {
  if (name == "debug") return Level::kDebug;
  if (name == "info") return Level::kInfo;
  if (name == "warning") return Level::kWarning;
  if (name == "error") return Level::kError;
  if (name == "off") return Level::kOff;
  throw usage_error("unknown log level '", name, "'; known: debug, info, warning, error, off");
}

void open_file(const std::filesystem::path& path) {
  State& s = state();
  try {
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_st>(path.string());
    s.file = std::make_shared<spdlog::logger>("file", sink);
  } catch (const spdlog::spdlog_ex& problem) {
    throw run_error(path.string(), ": cannot open the log: ", problem.what());
  }
  s.file->set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
  s.file->set_level(std::min(spdlog::level::info, s.terminal->level()));
  s.file->flush_on(spdlog::level::trace);
}

void debug(std::string_view message) { emit(spdlog::level::debug, "", message); }
void info(std::string_view message) { emit(spdlog::level::info, "", message); }
void warning(std::string_view message) { emit(spdlog::level::warn, "warning: ", message); }
void error(std::string_view message) { emit(spdlog::level::err, "error: ", message); }

void file_only(std::string_view message) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (s.file) s.file->info("{}", message);
}

void live_line(std::string_view text) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (text.empty() && s.live.empty()) return;
  s.live = text;
  show_live(text);
  if (text.empty()) std::fflush(stderr);
}

}  // namespace gan::log
