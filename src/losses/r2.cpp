#include <torch/torch.h>

#include "penalties.hpp"

namespace gan {

// E |∇D(G(z))|² / 2 over generated images (Mescheder et al. 2018, equation 10, whose gamma is
// the weight).
static torch::Tensor flat_at_fake(const LogitsOf&, const LogitsOf& d_fake, const torch::Tensor&,
                                  const torch::Tensor& fake, const at::Generator&) {
  return 0.5 * squared_slopes(d_fake, fake).mean();
}

extern const Penalty kR2 = {PenaltyKind::kR2, "slope 0 at generated images", flat_at_fake};

}  // namespace gan
