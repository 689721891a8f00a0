#include "cli/progress.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <unistd.h>

#include "cli/signals.hpp"
#include "core/log.hpp"
#include "core/terminal.hpp"
#include "core/text.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/train/trainer.hpp"

namespace gan {
namespace {

std::string clock_text(double seconds) {
  const auto total = std::llround(seconds);
  if (total < 3600) return formatted("%lld:%02lld", total / 60, total % 60);
  return formatted("%lld:%02lld:%02lld", total / 3600, total / 60 % 60, total % 60);
}

// of training, before an estimate of the remaining time is useful
constexpr double kMinTimedSeconds = 2.0;

// In five columns: "0.601", "-0.60", " 8012", "8e+08".
std::string loss_text(double loss) {
  for (int digits = 3; digits >= 0; --digits) {
    const std::string text = formatted("%5.*f", digits, loss);
    if (text.size() == 5) return text;
  }
  return formatted("%5.0e", loss);
}

std::string losses_text(const StepMetrics& m) {
  return "D " + loss_text(m.d_loss) + "  G " + loss_text(m.g_loss);
}

std::string metrics_text(const StepMetrics& m) {
  return losses_text(m) + formatted("  D(x) %.2f  D(G(z)) %.2f", m.d_real, m.d_fake);
}

std::string speed_text(const LogRow& row) {
  return formatted("  %.0f img/s", row.images_per_second);
}

// The first line that fits, else the last.
const std::string& fitting(std::span<const std::string> lines, std::size_t columns) {
  const auto found =
      std::ranges::find_if(lines, [&](const std::string& line) { return line.size() <= columns; });
  return found == lines.end() ? lines.back() : *found;
}

constexpr std::chrono::milliseconds kLivePause{100};
constexpr int kLongWorkCells = 20;

bool shows_live(bool quiet) { return isatty(STDERR_FILENO) == 1 && !quiet; }

std::string bar_text(double share, int cells) {
  const int full = static_cast<int>(share * cells);
  return "[" + std::string(static_cast<std::size_t>(full), '=') +
         std::string(static_cast<std::size_t>(cells - full), ' ') + "]";
}

}  // namespace

LongWorkLine::LongWorkLine(bool quiet)
    : live_(shows_live(quiet)),
      watch_([this](std::string_view what, std::int64_t done, std::int64_t total) {
        show(what, done, total);
      }) {}

LongWorkLine::~LongWorkLine() {
  if (live_) log::live_line("");
}

void LongWorkLine::show(std::string_view what, std::int64_t done, std::int64_t total) {
  if (caught_signal() != 0) throw Stopped();
  const auto now = Clock::now();
  if (what != what_) {
    what_ = what;
    started_ = now;
    first_ = done;
  }
  if (!live_ || now - shown_ < kLivePause) return;
  shown_ = now;
  const double share =
      static_cast<double>(done) / static_cast<double>(std::max<std::int64_t>(1, total));
  const double spent = std::chrono::duration<double>(now - started_).count();
  std::string left;
  if (spent >= kMinTimedSeconds && done > first_) {
    left =
        "  " +
        clock_text(spent * static_cast<double>(total - done) / static_cast<double>(done - first_)) +
        " left";
  }
  log::live_line(
      str(what, " ", bar_text(share, kLongWorkCells), formatted(" %.0f %%", 100 * share), left));
}

Progress::Progress(const Trainer& trainer, bool quiet)
    : epochs_(trainer.config().train.epochs),
      steps_per_epoch_(trainer.steps_per_epoch()),
      live_(shows_live(quiet)),
      quiet_(quiet) {}

Progress::~Progress() {
  if (live_) log::live_line("");
}

void Progress::step(const LogRow& row, const std::string& evaluation) {
  const auto now = Clock::now();
  if (first_step_ < 0) {
    first_step_ = row.step;
    start_ = now;
  }
  const auto pause = live_ ? kLivePause : std::chrono::seconds(30);
  if (quiet_ || now - shown_ < pause) return;
  shown_ = now;
  const double spent = std::chrono::duration<double>(now - start_).count();
  const auto left_steps = static_cast<double>(epochs_ * steps_per_epoch_ - row.step);
  const double left =
      spent / static_cast<double>(std::max<std::int64_t>(1, row.step - first_step_)) * left_steps;
  const double share = static_cast<double>((row.step - 1) % steps_per_epoch_ + 1) /
                       static_cast<double>(steps_per_epoch_);

  const std::string place = std::to_string(row.epoch) + "/" + std::to_string(epochs_);
  const std::string head = "epoch " + place;
  const std::string tail = spent < kMinTimedSeconds ? "-:-- left" : clock_text(left) + " left";
  if (!live_) {
    log::info(head + " at step " + std::to_string(row.step) + "  " + metrics_text(row.metrics) +
              speed_text(row) + "  " + tail);
    return;
  }
  const std::string brief = losses_text(row.metrics);
  // In a narrow terminal the bar is dropped first, then one metric after another.
  const std::string metrics = metrics_text(row.metrics) + speed_text(row);
  const std::string quality = evaluation.empty() ? "" : "  " + evaluation;
  const std::string lines[] = {
      head + " " + bar_text(share, 20) + " " + metrics + quality + "  " + tail,
      head + "  " + metrics + quality + "  " + tail,
      head + " " + bar_text(share, 10) + " " + brief + quality + "  " + tail,
      head + "  " + brief + quality + "  " + tail,
      head + "  " + brief + "  " + tail,
      head + "  " + tail,
      place + "  " + tail};
  log::live_line(fitting(lines, terminal_width(STDERR_FILENO) - 1));
}

void Progress::epoch(const LogRow& row) {
  const std::string all = std::to_string(epochs_);
  const auto width = static_cast<int>(all.size());
  const std::string metrics = formatted("epoch %*s/", width, std::to_string(row.epoch).c_str()) +
                              all + "  " + metrics_text(row.metrics);
  const std::string time = clock_text(row.seconds);
  const std::string lines[] = {metrics + formatted("  %-5s", time.c_str()) + speed_text(row),
                               metrics + "  " + time, metrics};
  quiet_ ? log::file_only(lines[0]) : log::info(fitting(lines, terminal_width(STDERR_FILENO)));
}

}  // namespace gan
