#include <torch/torch.h>

#include "penalties.hpp"

namespace gan {

extern const Penalty kR1, kR2;

// R1 + R2 with one weight (Huang et al. 2024).
static torch::Tensor flat_at_both(const LogitsOf& d, const LogitsOf& d_fake,
                                  const torch::Tensor& real, const torch::Tensor& fake,
                                  const at::Generator& random) {
  return kR1.compute(d, d_fake, real, fake, random) + kR2.compute(d, d_fake, real, fake, random);
}

extern const Penalty kR1R2 = {PenaltyKind::kR1R2, "slope 0 at real and generated images",
                              flat_at_both};

}  // namespace gan
