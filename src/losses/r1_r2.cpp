#include <torch/torch.h>

#include "penalties.hpp"

namespace gan {

// R1 + R2 with one weight (Huang et al. 2024).
static torch::Tensor flat_at_both(const LogitsOf& d, const torch::Tensor& real,
                                  const torch::Tensor& fake, const at::Generator& random) {
  return kR1.compute(d, real, fake, random) + kR2.compute(d, real, fake, random);
}

const Penalty kR1R2 = {"r1_r2", "slope 0 at real and generated images", flat_at_both};

}  // namespace gan
