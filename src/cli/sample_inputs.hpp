#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <torch/types.h>

#include "gan_train/io/checkpoint.hpp"
#include "models/conditioning.hpp"

namespace gan {

/// The labels listed by --class, in that order: names, such as "cat" or "cat,dog", or numbers, such
/// as "7", "0-9" or "1,3,5-7". If class names are numbers, numbers are read as names. Throws an
/// Error if a part is not a class that has images.
std::vector<std::int64_t> parse_class_list(std::string_view text, const Classes& classes);

/// Generator inputs for the images of a seed, one block of kSampleBlock at a time: latents that
/// depend only on the seed and the image's number, and the image's class.
class SampleInputs {
 public:
  /// Cycles through the classes `wanted`, `in_a_row` images each; draws classes at random if it is
  /// empty.
  SampleInputs(const LoadedGenerator& loaded, std::uint64_t seed, std::vector<std::int64_t> wanted,
               std::int64_t in_a_row);

  /// From now on, latents are truncated() at this threshold.
  void truncate(double threshold) { threshold_ = threshold; }
  /// Uses these latents instead of drawing: [n, latent_dim], or [n, size()] if they include
  /// classes.
  void set_latents(torch::Tensor latents) { given_ = std::move(latents); }
  /// The inputs of the first n images, [n, size()]; throws an Error if fewer latents were given.
  torch::Tensor first(std::int64_t n) const;

  /// [kSampleBlock], int64; undefined for an unconditional generator, or if the given latents
  /// include classes.
  torch::Tensor classes(std::int64_t block) const;
  /// [kSampleBlock, size()]; zeros after the last given latent.
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
