#pragma once

#include <cstdint>

#include <torch/types.h>

namespace gan {

// Indices in Stream::kEvaluation for draws of an evaluation, always with the same seed, so that
// metrics on one data set are comparable whatever made the images.
inline constexpr std::uint64_t kEvaluationSeed = 1;
enum EvaluationDraw : std::uint64_t { kClassifierInit, kTrainOrder, kNoiseImages, kProjection };

/// A fixed shuffled order [n] of the training images, always the same for that n.
torch::Tensor evaluation_order(std::int64_t n);

/// The random generator for that draw.
at::Generator evaluation_generator(EvaluationDraw draw);

}  // namespace gan
