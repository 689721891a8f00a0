#include "cli/signals.hpp"

#include <csignal>
#include <unistd.h>

namespace gan {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

volatile std::sig_atomic_t caught = 0;

// Signals that a shell set to be ignored (nohup, background jobs) stay ignored.
bool is_ignored(int number) {
  struct sigaction action{};
  return sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

volatile std::sig_atomic_t on_terminal = 0;

// Replaces a live line; the cursor is at its start.
constexpr char kStopping[] =
    "\033[Jstopping and saving after this step; Ctrl-C again stops now, without saving\n";

extern "C" void note_signal(int number) {
  caught = number;
  if (on_terminal != 0) {
    [[maybe_unused]] const auto written = write(STDERR_FILENO, kStopping, sizeof kStopping - 1);
  }
  for (const int other : kSignals) {
    if (!is_ignored(other)) std::signal(other, SIG_DFL);
  }
}

}  // namespace

void catch_signals() {
  on_terminal = isatty(STDERR_FILENO);
  struct sigaction action{};
  action.sa_handler = note_signal;
  action.sa_flags = SA_RESTART;
  for (const int number : kSignals) {
    if (!is_ignored(number)) sigaction(number, &action, nullptr);
  }
}

int caught_signal() { return caught; }

}  // namespace gan
