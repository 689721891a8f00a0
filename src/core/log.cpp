#include "core/log.hpp"

// The only file that includes spdlog. LibTorch's wheel brings a newer fmt, whose headers would
// shadow the one that a packaged spdlog was built with, so this layer is free of LibTorch and all
// other code logs through log.hpp.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>
#include <utility>

#include "core/file.hpp"
#include "core/terminal.hpp"
#include "core/text.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/core/registry.hpp"

namespace gan::log {
namespace {

// Writes each line with one write(2), as for other append-only files; fails with an Error.
class FileSink : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit FileSink(const std::filesystem::path& path)
      : base_sink(std::make_unique<spdlog::pattern_formatter>(
            "%Y-%m-%d %H:%M:%S.%e %l %v", spdlog::pattern_time_type::local, "")),
        file_(path) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    file_.line({line.data(), line.size()});
  }
  void flush_() override {}

 private:
  AppendFile file_;
};

struct State {
  std::shared_ptr<spdlog::logger> terminal;
  std::shared_ptr<spdlog::logger> file;
  std::string file_problem;
  std::string live;
  std::string rank_prefix;
  std::recursive_mutex mutex;

  State() {
    auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_st>();
    sink->set_color(spdlog::level::info, sink->reset);  // colour only for warnings and errors
    const char* no_color = std::getenv("NO_COLOR");     // https://no-color.org
    if (no_color != nullptr && *no_color != '\0') sink->set_color_mode(spdlog::color_mode::never);
    terminal = std::make_shared<spdlog::logger>("terminal", sink);
    terminal->set_pattern("%^%v%$");
  }
};

State& state() {
  static State instance;
  return instance;
}

// The cursor waits at the start of the line: if the window becomes narrower, the line wraps, and
// clearing to the end of the screen still removes all of it.
void show_live(std::string_view text) {
  text = text.substr(0, terminal_width(STDERR_FILENO) - 1);
  std::fprintf(stderr, "\r\x1b[J%.*s\r", static_cast<int>(text.size()), text.data());
  std::fflush(stderr);
}

// If the log file fails, warns once; the run continues without it.
void write_to_file(State& s, spdlog::level::level_enum level, std::string_view message) {
  if (!s.file) return;
  s.file->log(level, "{}", message);
  if (s.file_problem.empty()) return;
  s.file.reset();
  warning(std::exchange(s.file_problem, "") + "; nothing more is logged there");
}

// Replaces unprintable bytes but keeps line breaks, for a list of mistakes.
std::string printable_lines(std::string_view message) {
  std::string out;
  for (;;) {
    const auto end = message.find('\n');
    out += printable(message.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += '\n';
    message.remove_prefix(end + 1);
  }
}

void emit(spdlog::level::level_enum level, std::string_view prefix, std::string_view text) {
  const std::string message = printable_lines(text);
  State& s = state();
  const std::scoped_lock lock(s.mutex);
  if (s.terminal->should_log(level)) {
    if (!s.live.empty()) show_live("");
    s.terminal->log(level, "{}{}{}", s.rank_prefix, prefix, message);
    if (!s.live.empty()) show_live(s.live);
  }
  write_to_file(s, level, message);
}

struct LevelRow {
  std::string_view name;
  spdlog::level::level_enum level;
};

// In the order of Level.
constexpr std::array<LevelRow, 5> kLevels = {{{"debug", spdlog::level::debug},
                                              {"info", spdlog::level::info},
                                              {"warning", spdlog::level::warn},
                                              {"error", spdlog::level::err},
                                              {"off", spdlog::level::off}}};

}  // namespace

void set_level(Level level) {
  state().terminal->set_level(kLevels[static_cast<std::size_t>(level)].level);
}

Level parse_level(std::string_view name) {
  return static_cast<Level>(&find_row(kLevels, name, "log level") - kLevels.data());
}

void set_rank_prefix(std::string_view prefix) { state().rank_prefix = prefix; }

void open_file(const std::filesystem::path& path) {
  State& s = state();
  const std::scoped_lock lock(s.mutex);
  s.file = std::make_shared<spdlog::logger>("file", std::make_shared<FileSink>(path));
  s.file->set_level(std::min(spdlog::level::info, s.terminal->level()));
  s.file->set_error_handler([&s](const std::string& what) { s.file_problem = what; });
}

void debug(std::string_view message) { emit(spdlog::level::debug, "", message); }
void info(std::string_view message) { emit(spdlog::level::info, "", message); }
void warning(std::string_view message) { emit(spdlog::level::warn, "warning: ", message); }
void error(std::string_view message) { emit(spdlog::level::err, "error: ", message); }

void file_only(std::string_view message) {
  State& s = state();
  const std::scoped_lock lock(s.mutex);
  write_to_file(s, spdlog::level::info, message);
}

void live_line(std::string_view text) {
  State& s = state();
  const std::scoped_lock lock(s.mutex);
  if (text.empty() ? s.live.empty() : !s.terminal->should_log(spdlog::level::info)) return;
  s.live = text;
  show_live(text);
}

}  // namespace gan::log
