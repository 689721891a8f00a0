#include <torch/torch.h>

#include "penalties.hpp"

namespace gan {

// E (|∇D(u x + (1 - u) G(z))| - 1)² with u uniform in [0, 1) for each pair (Gulrajani et al.
// 2017, equation 3, whose lambda, 10, is the weight).
static torch::Tensor between_real_and_fake(const LogitsOf& d, const LogitsOf&,
                                           const torch::Tensor& real, const torch::Tensor& fake,
                                           const at::Generator& random) {
  const auto share = uniform_like(real, {real.size(0), 1, 1, 1}, random);
  return distance_from_slope_one(d, torch::lerp(fake, real, share));
}

extern const Penalty kWganGp = {PenaltyKind::kWganGp, "slope 1 between real and generated images",
                                between_real_and_fake, /*draws=*/true};

}  // namespace gan
