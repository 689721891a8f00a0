#pragma once

#include <cstdint>

#include <torch/types.h>

#include "gan_train/core/random.hpp"

namespace gan {

/// The sets of make_reference.py, built by the same formula: [n, d], row i near the centre of
/// cluster i % clusters. The centres are the same for all seeds.
inline torch::Tensor formula_features(std::uint64_t seed, std::int64_t n, std::int64_t d,
                                      std::int64_t clusters, double spread) {
  auto centres = torch::empty({clusters, d}, torch::kDouble);
  for (std::int64_t c = 0; c < clusters; ++c) {
    SplitMix64 rng(1000 + static_cast<std::uint64_t>(c));
    for (std::int64_t j = 0; j < d; ++j) centres[c].data_ptr<double>()[j] = 2.0 * rng.uniform();
  }
  auto features = torch::empty({n, d});
  SplitMix64 rng(seed);
  for (std::int64_t i = 0; i < n; ++i) {
    const double* centre = centres.const_data_ptr<double>() + i % clusters * d;
    float* row = features.data_ptr<float>() + i * d;
    for (std::int64_t j = 0; j < d; ++j) {
      const double first = rng.uniform();
      const double noise = first + rng.uniform() - 1.0;
      row[j] = static_cast<float>(centre[j] + spread * noise);
    }
  }
  return features;
}

/// Class probabilities [n, K] from that generator: fourth powers, normalised.
inline torch::Tensor formula_probabilities(std::uint64_t seed, std::int64_t n, std::int64_t k) {
  auto powers = torch::empty({n, k}, torch::kDouble);
  SplitMix64 rng(seed);
  auto* values = powers.data_ptr<double>();
  for (std::int64_t i = 0; i < n * k; ++i) {
    const double x = rng.uniform();
    values[i] = x * x * x * x;
  }
  return powers / powers.sum(1, /*keepdim=*/true);
}

}  // namespace gan
