#include <vector>

#include <torch/types.h>

#include "eval/features.hpp"
#include "eval/metrics.hpp"
#include "eval/numpy_draws.hpp"

namespace gan {

MeanAndDeviation torch_fidelity_inception_score(const torch::Tensor& logits) {
  constexpr std::int64_t kParts = 10;
  const std::int64_t n = check_features("Inception score", logits, logits, kParts).a.size(0);
  const auto order = NumpyDraws(kTorchFidelitySeed).permutation(n);
  const auto log_p = logits.index_select(0, order).to(torch::kDouble).log_softmax(1);
  std::vector<double> scores;
  for (std::int64_t i = 0; i < kParts; ++i) {
    const auto part = log_p.slice(0, i * n / kParts, (i + 1) * n / kParts);
    const auto p = part.exp();
    const auto kl = (p * (part - p.mean(0, /*keepdim=*/true).log())).sum(1);
    scores.push_back(kl.mean().exp().item<double>());
  }
  const auto all = torch::tensor(scores, torch::kDouble);
  return {.mean = all.mean().item<double>(),
          .deviation = all.std(/*unbiased=*/false).item<double>()};
}

}  // namespace gan
