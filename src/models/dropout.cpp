#include "models/dropout.hpp"

#include <algorithm>
#include <cmath>

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include "gan_train/core/random.hpp"

namespace gan {

// The mask, with the memory layout of `like`: the scale for kept units, else zero. Each random
// number decides about four consecutive units, with 16 bits for each.
static torch::Tensor dropout_mask(const torch::Tensor& like, double p) {
  constexpr std::int64_t kUnits = 4;
  const auto seed = torch::empty({}, torch::kInt64).random_().item<std::int64_t>();
  const auto threshold = static_cast<std::uint32_t>(std::lround(p * 0x1p16));
  auto mask = torch::empty_like(like);
  AT_DISPATCH_FLOATING_TYPES_AND(at::kBFloat16, mask.scalar_type(), "dropout_mask", [&] {
    const auto scale = static_cast<scalar_t>(1.0 / (1.0 - p));
    auto* values = mask.mutable_data_ptr<scalar_t>();
    const std::int64_t n = mask.numel();
    at::parallel_for(0, (n + kUnits - 1) / kUnits, 1 << 13,
                     [&](std::int64_t begin, std::int64_t end) {
                       SplitMix64 rng(static_cast<std::uint64_t>(seed));
                       rng.discard(static_cast<std::uint64_t>(begin));
                       for (std::int64_t i = begin * kUnits; i < std::min(end * kUnits, n);) {
                         std::uint64_t bits = rng.next();
                         for (std::int64_t k = 0; k < kUnits && i < n; ++k, ++i, bits >>= 16) {
                           values[i] = (bits & 0xFFFF) < threshold ? scalar_t(0) : scale;
                         }
                       }
                     });
  });
  return mask;
}

torch::Tensor DropoutImpl::forward(const torch::Tensor& input) {
  if (!is_training()) return input;
  if (!input.is_cpu()) return torch::dropout(input, p_, /*train=*/true);
  return input * dropout_mask(input, p_);
}

void DropoutImpl::pretty_print(std::ostream& stream) const { stream << "Dropout(p=" << p_ << ")"; }

}  // namespace gan
