#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <vector>

namespace gan {

inline double milliseconds(const std::function<void()>& work) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// Median time of `rounds` calls, after a few warm-up calls.
inline double median_ms(int rounds, const std::function<void()>& work, int warm_up = 3) {
  for (int i = 0; i < warm_up; ++i) work();
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) times.push_back(milliseconds(work));
  std::nth_element(times.begin(), times.begin() + rounds / 2, times.end());
  return times[static_cast<std::size_t>(rounds / 2)];
}

}  // namespace gan
