#include <torch/torch.h>

#include "penalties.hpp"

namespace gan {

// E |∇D(x)|² / 2 over real images (Mescheder et al. 2018, equation 9, whose gamma is the weight).
static torch::Tensor flat_at_real(const LogitsOf& d, const LogitsOf&, const torch::Tensor& real,
                                  const torch::Tensor&, const at::Generator&) {
  return 0.5 * squared_slopes(d, real).mean();
}

extern const Penalty kR1 = {PenaltyKind::kR1, "slope 0 at real images", flat_at_real};

}  // namespace gan
