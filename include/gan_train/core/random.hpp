#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace gan {

/// The purpose of a random number. Each stream is a pure function of (run seed, stream, index), so
/// resuming needs no saved random state, and drawing more from one stream never changes another.
enum class Stream : std::uint64_t {
  kInit = 1,          ///< initial weights; index 0
  kOrder = 2,         ///< order of the data; index: the pass over the data, or the batch of a draw
  kLatentD = 3,       ///< latents of D's update; index: the batch
  kLatentG = 4,       ///< latents of G's update; index: the step
  kLabels = 5,        ///< noisy labels; index: the batch
  kLayers = 6,        ///< dropout and other random layers; index: the step
  kFixedLatents = 7,  ///< the latents behind samples/epoch_*.png; index 0
  kSample = 8,        ///< gan-sample; index: the block of images
  kSynthetic = 9,     ///< synthetic data sets; index: the item
  kDiversity = 10,    ///< diversity of G; index 0: its latents, 1: the real items
  kSubsets = 11,      ///< subsets of the kernel distance; index: 2 x subset, + 1 for the second set
  kDirections = 12,   ///< directions of the sliced Wasserstein distance; index 0
  kFlip = 13,         ///< flipped labels; index: the batch
  kNoise = 14,        ///< instance noise; index: twice the batch of D, or 1 + twice the step of G
  kAugmentD = 15,     ///< augmentation in D's update; index: the batch
  kAugmentG = 16,     ///< augmentation in G's update; index: the step
  kPenalty = 17,      ///< interpolation points of a gradient penalty; index: the batch
  kCalibrate = 18,    ///< latents for the statistics of averaged batch norms; index: the batch
  kClassG = 20,       ///< classes of the fakes of G's update; index: the step
  kRealImages = 21,   ///< the images of samples/real.png, always with seed 0; index 0
  kMirror = 22,       ///< which real images are mirrored; index: the batch
  kEvaluation = 32,   ///< metrics of samples, always with the same seed; index: the purpose
  kSearch = 33,       ///< gan-tune's trials; index: the trial, or 0 for the order of all trials
};

/// A 64-bit seed for one index of one stream (splitmix64 finaliser of Steele, Lea and Flood 2014,
/// chained over the three words).
std::uint64_t stream_seed(std::uint64_t seed, Stream stream, std::uint64_t index);

/// splitmix64: 64 random bits per call. Fast, and the same on every platform.
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() { return mix(state_ += kGamma); }
  /// Advances the state as `count` calls of next() would.
  void discard(std::uint64_t count) { state_ += count * kGamma; }
  /// Uniform in [0, bound) without bias (Lemire 2019); bound > 0.
  std::uint64_t below(std::uint64_t bound);
  /// Uniform in [0, 1), 53 bits.
  double uniform();
  /// Standard normal (Box and Muller 1958).
  double normal();

 private:
  static constexpr std::uint64_t kGamma = 0x9e3779b97f4a7c15ULL;
  static std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
  }

  std::uint64_t state_;
};

/// Fills `order` with a uniformly random permutation of 0 … n-1 (Fisher-Yates). The permutation
/// does not depend on the integer type.
template <typename Index>
void fill_permutation(std::span<Index> order, SplitMix64 rng) {
  std::iota(order.begin(), order.end(), Index{0});
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[rng.below(i)]);
  }
}

/// A uniformly random permutation of 0 … n-1, as fill_permutation() makes it.
std::vector<std::int64_t> random_permutation(std::int64_t n, SplitMix64 rng);

}  // namespace gan
