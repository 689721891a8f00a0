#include "models/dropout.hpp"

#include <cmath>

#include "gan_train/core/random.hpp"

namespace gan {

// The kept units' scale or zero, in the shape of `like`.
static torch::Tensor dropout_mask(const torch::Tensor& like, double p) {
  const auto seed = torch::empty({}, torch::kInt64).random_().item<std::int64_t>();
  const auto threshold = static_cast<std::uint64_t>(std::llround(p * 0x1p24));
  const auto scale = static_cast<float>(1.0 / (1.0 - p));
  auto mask = torch::empty(like.sizes(), torch::kFloat32);
  auto* values = mask.data_ptr<float>();
  at::parallel_for(0, mask.numel(), 1 << 15, [&](std::int64_t begin, std::int64_t end) {
    SplitMix64 rng(static_cast<std::uint64_t>(seed));
    rng.discard(static_cast<std::uint64_t>(begin));
    for (std::int64_t i = begin; i < end; ++i) {
      values[i] = rng.next() >> 40 < threshold ? 0.0F : scale;
    }
  });
  return mask;
}

torch::Tensor DropoutImpl::forward(const torch::Tensor& input) {
  if (!is_training()) return input;
  if (!input.is_cpu()) return torch::dropout(input, p_, /*train=*/true);
  return input * dropout_mask(input, p_).to(input.scalar_type());
}

void DropoutImpl::pretty_print(std::ostream& stream) const { stream << "Dropout(p=" << p_ << ")"; }

}  // namespace gan
