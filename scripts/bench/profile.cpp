#include "profile.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <ATen/record_function.h>

#include "flops.hpp"
#include "timing.hpp"

namespace gan {
namespace {

using Clock = std::chrono::steady_clock;

struct OperatorTime {
  double ms = 0.0;
  int calls = 0;
};

// LibTorch's callbacks are plain functions, so their records are global.
std::map<std::string, OperatorTime>& recorded() {
  static std::map<std::string, OperatorTime> times;
  return times;
}

// An operator in progress.
struct Running : at::ObserverContext {
  Running* caller;
  std::string name;
  double called_ms = 0.0;  // in operators that it calls
  Clock::time_point start;
};

thread_local Running* innermost = nullptr;

std::string with_sizes(const at::RecordFunction& call) {
  std::string name = call.name();
  for (const auto& input : call.inputs()) {
    if (!input.isTensor() || !input.toTensor().defined()) continue;
    const auto& tensor = input.toTensor();
    if (tensor.dim() > 0)
      name += c10::str(' ', tensor.dtype() == at::kBFloat16 ? "bf16" : "", tensor.sizes());
  }
  return name;
}

std::unique_ptr<at::ObserverContext> enter(const at::RecordFunction& call) {
  auto running = std::make_unique<Running>();
  running->name = with_sizes(call);
  running->caller = std::exchange(innermost, running.get());
  running->start = Clock::now();
  return running;
}

void leave(const at::RecordFunction&, at::ObserverContext* context) {
  auto& running = *static_cast<Running*>(context);
  const double ms = std::chrono::duration<double, std::milli>(Clock::now() - running.start).count();
  auto& time = recorded()[running.name];
  time.ms += ms - running.called_ms;
  ++time.calls;
  innermost = running.caller;
  if (innermost != nullptr) innermost->called_ms += ms;
}

void print_row(const std::string& name, double calls, double ms, double whole) {
  std::printf("%-90.90s%8.1f%9.2f%7.1f %%\n", name.c_str(), calls, ms, 100 * ms / whole);
}

}  // namespace

void print_profile(Trainer& trainer, int rounds) {
  constexpr double kShown = 0.005;  // share of a step; smaller ones are summed up
  const double whole = median_ms(rounds, [&] { trainer.step(); });
  const auto handle = at::addThreadLocalCallback(at::RecordFunctionCallback(enter, leave)
                                                     .needsInputs(true)
                                                     .scopes({at::RecordScope::FUNCTION}));
  for (int i = 0; i < rounds; ++i) trainer.step();
  at::removeCallback(handle);

  std::vector<std::pair<std::string, OperatorTime>> rows(recorded().begin(), recorded().end());
  std::ranges::sort(rows, std::greater{}, [](const auto& row) { return row.second.ms; });
  std::printf("%-90s%8s%9s%9s\n", "operator", "calls", "ms", "of a step");
  double sum = 0.0, small = 0.0;
  for (const auto& [name, time] : rows) {
    const double ms = time.ms / rounds;
    sum += ms;
    if (ms < kShown * whole) {
      small += ms;
    } else {
      print_row(name, static_cast<double>(time.calls) / rounds, ms, whole);
    }
  }
  print_row("others", 0, small, whole);
  print_row("between operators", 0, whole - sum, whole);
  std::printf("a step: %.2f ms, %.0f GFLOP/s, %s\n", whole, step_flops(trainer) / whole / 1e6,
              trainer.precision());
}

}  // namespace gan
