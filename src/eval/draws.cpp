#include "draws.hpp"

#include <torch/torch.h>

#include "gan_train/core/random.hpp"

namespace gan {

static std::uint64_t draw_seed(EvaluationDraw draw) {
  return stream_seed(kEvaluationSeed, Stream::kEvaluation, draw);
}

torch::Tensor evaluation_order(std::int64_t n) {
  return torch::tensor(random_permutation(n, SplitMix64(draw_seed(kTrainOrder))));
}

at::Generator evaluation_generator(EvaluationDraw draw) {
  return at::make_generator<at::CPUGeneratorImpl>(draw_seed(draw));
}

}  // namespace gan
