#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <torch/types.h>

#include "gan_train/io/checkpoint.hpp"
#include "models/conditioning.hpp"

namespace gan {

/// The labels that --class lists, in that order: names, such as "cat" or "cat,dog", or numbers,
/// such as "7", "0-9" or "1,3,5-7". Where names are numbers, numbers are names. Error where a part
/// names no class that has images.
std::vector<std::int64_t> parse_class_list(std::string_view text, const Classes& classes);

/// What a generator is fed for the images of a seed, a block of kSampleBlock at a time:
/// latents that depend on the seed and the image's number only, and the image's class.
class SampleInputs {
 public:
  /// `wanted` classes in turn, each for `in_a_row` images; drawn at random where it is empty.
  SampleInputs(const LoadedGenerator& loaded, std::uint64_t seed, std::vector<std::int64_t> wanted,
               std::int64_t in_a_row);

  /// Latents are truncated() at this from here on.
  void truncate(double threshold) { threshold_ = threshold; }
  /// Takes these instead of drawn ones: latents [n, latent_dim], or [n, size()] with their classes.
  void give(torch::Tensor latents) { given_ = std::move(latents); }
  /// The inputs of the first n images, [n, size()]; Error where fewer were given.
  torch::Tensor first(std::int64_t n) const;

  /// [kSampleBlock], int64; undefined for an unconditional generator, or where the latents given
  /// bring their classes.
  torch::Tensor classes(std::int64_t block) const;
  /// [kSampleBlock, size()]; zeros after the last one given.
  torch::Tensor inputs(std::int64_t block, const torch::Tensor& classes) const;
  std::int64_t size() const { return config_.latent_dim + conditioning_.class_count(); }

 private:
  torch::Tensor latents(std::int64_t block) const;

  ModelConfig config_;
  Classes classes_;
  Conditioning conditioning_;
  std::uint64_t seed_;
  std::vector<std::int64_t> wanted_;
  std::int64_t in_a_row_;
  double threshold_ = 0.0;  // 0: none
  torch::Tensor given_;
};

}  // namespace gan
