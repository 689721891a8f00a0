#include <algorithm>
#include <vector>

#include <torch/types.h>

#include "eval/distances.hpp"
#include "eval/features.hpp"
#include "eval/metrics.hpp"
#include "gan_train/core/error.hpp"

namespace gan {

ManifoldMetrics manifold_metrics(const torch::Tensor& real, const torch::Tensor& fake,
                                 std::int64_t k) {
  if (k < 1) throw usage_error("precision and recall: k is ", k, ", but must be 1 or more");
  const FeatureSets sets = check_features("precision and recall", real, fake, k + 1);
  const auto real_radii = kth_nearest_squared(sets.a, sets.a, k, /*one_set=*/true);
  const auto fake_radii = kth_nearest_squared(sets.b, sets.b, k, /*one_set=*/true);

  std::vector<char> covered(real_radii.size());   // a fake image is in its ball
  std::vector<char> recalled(real_radii.size());  // it is in the ball of a fake image
  std::int64_t precise = 0;
  std::int64_t balls = 0;
  for_each_distance_row(sets.b, sets.a, [&](const DistanceRow& row) {
    const double fake_radius = fake_radii[static_cast<std::size_t>(row.index())];
    const std::int64_t balls_before = balls;
    for (std::size_t i = 0; i < real_radii.size(); ++i) {
      const auto j = static_cast<std::int64_t>(i);
      if (row.closer(j, real_radii[i])) {
        covered[i] = 1;
        ++balls;
      }
      if (recalled[i] == 0 && row.closer(j, fake_radius)) recalled[i] = 1;
    }
    if (balls > balls_before) ++precise;
  });

  const auto reals = static_cast<double>(sets.a.size(0));
  const auto fakes = static_cast<double>(sets.b.size(0));
  const auto share = [&](const std::vector<char>& marks) {
    return static_cast<double>(std::count(marks.begin(), marks.end(), 1)) / reals;
  };
  return {.precision = static_cast<double>(precise) / fakes,
          .recall = share(recalled),
          .density = static_cast<double>(balls) / (static_cast<double>(k) * fakes),
          .coverage = share(covered)};
}

}  // namespace gan
