#include <algorithm>
#include <cmath>
#include <vector>

#include <torch/types.h>

#include "eval/features.hpp"
#include "eval/metrics.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/core/random.hpp"

namespace gan {
namespace {

// [count, d]
torch::Tensor random_unit_directions(std::int64_t count, std::int64_t d, std::uint64_t seed) {
  SplitMix64 rng(stream_seed(seed, Stream::kDirections, 0));
  auto directions = torch::empty({count, d}, torch::kDouble);
  auto* values = directions.data_ptr<double>();
  std::generate_n(values, count * d, [&] { return rng.normal(); });
  return (directions / directions.norm(2, 1, /*keepdim=*/true)).to(torch::kFloat32);
}

// The optimal transport between the sorted points of two sets on a line: pairs of points, and the
// share of the mass for each. In sets of equal size, each point pairs with its counterpart.
struct TransportPlan {
  std::vector<std::int64_t> from, to;
  std::vector<double> mass;
};

TransportPlan plan_on_a_line(std::int64_t n, std::int64_t m) {
  TransportPlan plan;
  const double whole = static_cast<double>(n) * static_cast<double>(m);
  // Mass in units of 1 / (n m), so that the steps of both sets are integers.
  for (std::int64_t i = 0, j = 0, done = 0; i < n && j < m;) {
    const std::int64_t next = std::min((i + 1) * m, (j + 1) * n);
    plan.from.push_back(i);
    plan.to.push_back(j);
    plan.mass.push_back(static_cast<double>(next - done) / whole);
    done = next;
    if (done == (i + 1) * m) ++i;
    if (done == (j + 1) * n) ++j;
  }
  return plan;
}

// [directions, n], each row sorted.
torch::Tensor sorted_projections(const torch::Tensor& set, const torch::Tensor& directions) {
  return std::get<0>(directions.mm(set.t()).sort(1));
}

}  // namespace

double sliced_wasserstein(const torch::Tensor& a, const torch::Tensor& b, std::uint64_t seed,
                          std::int64_t directions) {
  if (directions < 1) {
    throw usage_error("sliced Wasserstein distance: ", directions, " directions; take 1 or more");
  }
  const FeatureSets sets = check_features("sliced Wasserstein distance", a, b);
  const auto lines = random_unit_directions(directions, sets.a.size(1), seed);
  const auto mean = sets.b.mean(0);
  const auto one = sorted_projections(sets.a - mean, lines);
  const auto two = sorted_projections(sets.b - mean, lines);
  const TransportPlan plan = plan_on_a_line(one.size(1), two.size(1));
  const auto gaps =
      one.index_select(1, torch::tensor(plan.from)) - two.index_select(1, torch::tensor(plan.to));
  const auto mass = torch::tensor(plan.mass, torch::kDouble);
  return std::sqrt(gaps.to(torch::kDouble).square_().mv(mass).mean().item<double>());
}

}  // namespace gan
