#include "signals.hpp"

#include <csignal>

namespace gan {
namespace {

volatile std::sig_atomic_t caught = 0;

extern "C" void note_signal(int number) {
  caught = number;
  for (const int other : {SIGINT, SIGTERM, SIGHUP}) std::signal(other, SIG_DFL);
}

}  // namespace

void catch_signals() {
  struct sigaction action{};
  action.sa_handler = note_signal;
  action.sa_flags = SA_RESTART;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaction(number, &action, nullptr);
}

int caught_signal() { return caught; }

}  // namespace gan
