// Time of a sum over the ranks, by its size: mpirun -n 2 build-bench/gan_sums [MOST_BYTES]
// Rank 0 prints rows of bytes,ms (medians) to standard output.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <torch/types.h>

#include "dist/mpi.hpp"
#include "train/device.hpp"

namespace {

using Clock = std::chrono::steady_clock;

// From all ranks being ready until all have the result, synchronised by sums of one number.
double time_ms(gan::Ranks& ranks, const torch::Tensor& values) {
  const auto one = torch::ones({1});
  gan::mean_over_ranks(ranks, one);
  const auto start = Clock::now();
  gan::mean_over_ranks(ranks, values);
  const auto middle = Clock::now();
  gan::mean_over_ranks(ranks, one);
  const auto rest = Clock::now() - middle;
  gan::mean_over_ranks(ranks, one);
  const auto idle = Clock::now() - middle - rest;
  return std::chrono::duration<double, std::milli>(middle - start + std::max(rest - idle, {}))
      .count();
}

double median_ms(gan::Ranks& ranks, std::int64_t count) {
  const auto values = torch::ones({count});
  time_ms(ranks, values);
  std::vector<double> times;
  for (int i = 0; i < 21; ++i) times.push_back(time_ms(ranks, values));
  std::nth_element(times.begin(), times.begin() + 10, times.end());
  return times[10];
}

}  // namespace

int main(int argc, char** argv) {
  gan::keep_freed_memory();  // as gan-train does
  constexpr double kTimeout = 300;
  const auto group = gan::join_ranks(kTimeout);
  gan::Ranks& ranks = group ? *group : gan::single_rank();
  const std::int64_t most = argc > 1 ? std::atoll(argv[1]) : 16 << 20;
  for (std::int64_t bytes = 4; bytes <= most; bytes *= 4) {
    const double ms = median_ms(ranks, bytes / 4);
    if (ranks.is_first()) std::printf("%ld,%.4f\n", static_cast<long>(bytes), ms);
  }
}
