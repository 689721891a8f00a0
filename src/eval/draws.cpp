#include "eval/draws.hpp"

#include <torch/types.h>

#include "gan_train/sampling/sample.hpp"

namespace gan {

torch::Tensor evaluation_order(std::int64_t n) {
  const auto seed = stream_seed(kEvaluationSeed, Stream::kEvaluation, kTrainOrder);
  return torch::tensor(random_permutation(n, SplitMix64(seed)));
}

at::Generator evaluation_generator(EvaluationDraw draw) {
  return stream_generator(kEvaluationSeed, Stream::kEvaluation, draw);
}

}  // namespace gan
