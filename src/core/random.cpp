#include "gan_train/core/random.hpp"

#include <cmath>
#include <numbers>

namespace gan {

std::uint64_t stream_seed(std::uint64_t seed, Stream stream, std::uint64_t index) {
  std::uint64_t hash = SplitMix64(seed).next();
  hash = SplitMix64(hash ^ static_cast<std::uint64_t>(stream)).next();
  return SplitMix64(hash ^ index).next();
}

std::uint64_t SplitMix64::below(std::uint64_t bound) {
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(next()) * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t threshold = -bound % bound;
    while (static_cast<std::uint64_t>(product) < threshold) {
      product = static_cast<Wide>(next()) * bound;
    }
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double SplitMix64::uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

double SplitMix64::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

std::vector<std::int64_t> random_permutation(std::int64_t n, SplitMix64 rng) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  fill_permutation(std::span(order), rng);
  return order;
}

}  // namespace gan
