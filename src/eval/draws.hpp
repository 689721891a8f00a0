#pragma once

#include <cstdint>

#include <torch/types.h>

namespace gan {

// Places in Stream::kEvaluation: what evaluation draws, always with the same seed, so that metrics
// of one data set can be compared whatever made the images.
inline constexpr std::uint64_t kEvaluationSeed = 1;
enum EvaluationDraw : std::uint64_t { kClassifierInit, kTrainOrder, kNoiseImages, kProjection };

/// The training images' numbers [n] in an order of no meaning, always the same for that n.
torch::Tensor evaluation_order(std::int64_t n);

/// A generator for that draw.
at::Generator evaluation_generator(EvaluationDraw draw);

}  // namespace gan
