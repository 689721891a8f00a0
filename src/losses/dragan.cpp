#include <torch/torch.h>

#include "penalties.hpp"

namespace gan {

// E (|∇D(x + δ)| - 1)² (Kodali et al. 2017 with k = 1, whose lambda, 10, is the
// weight). δ is as the authors' program draws it: x moves a uniform share of the way to
// x + std(X) u / 2, with u uniform in [0, 1) for each pixel and std(X) that of the batch.
static torch::Tensor around_real(const LogitsOf& d, const LogitsOf&, const torch::Tensor& real,
                                 const torch::Tensor&, const at::Generator& random) {
  const auto noise = 0.5 * real.std() * uniform_like(real, real.sizes(), random);
  const auto share = uniform_like(real, {real.size(0), 1, 1, 1}, random);
  return distance_from_slope_one(d, real + share * noise);
}

extern const Penalty kDragan = {PenaltyKind::kDragan, "slope 1 around real images", around_real,
                                /*draws=*/true};

}  // namespace gan
