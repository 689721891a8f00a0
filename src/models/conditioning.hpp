#pragma once

#include <cstdint>

#include <torch/types.h>

#include "gan_train/config/config.hpp"

namespace gan {

/// Puts classes and packed images into the networks' inputs, and reads logits and class losses from
/// D's output, so that the networks stay plain, with one tensor in and one out (NetworkShape). If
/// model.conditional is none, classes are ignored and may be undefined.
class Conditioning {
 public:
  Conditioning(const ModelConfig& config, std::int64_t class_count);

  /// 0 if unconditional.
  std::int64_t class_count() const { return class_count_; }

  /// G's input, [n, latent_dim + class_count]: latents [n, latent_dim] and the one-hot classes [n]
  /// (Mirza and Osindero 2014).
  torch::Tensor generator_input(const torch::Tensor& latents, const torch::Tensor& classes) const;

  /// D's input for images [n, c, h, w] of these classes [n]. If model.conditional is concat, each
  /// image gets its one-hot class as further channels, or appended to it if the architecture is
  /// flat; with model.pack, neighbouring images are joined along the channels, leaving n / pack
  /// items (PacGAN, Lin et al. 2018).
  torch::Tensor discriminator_input(const torch::Tensor& images,
                                    const torch::Tensor& classes) const;

  /// The logits for "real", [n], in D's output for such an input.
  ///
  /// projection (Miyato and Koyama 2018): D's last layer holds psi and a row v_y for each class,
  /// and the logit is psi(h) + <v_y, h>, each with its own bias.
  torch::Tensor logits(const torch::Tensor& output, const torch::Tensor& classes) const;

  /// acgan (Odena et al. 2017): the mean cross-entropy of the classes predicted by D's output, a
  /// scalar; otherwise undefined.
  torch::Tensor class_loss(const torch::Tensor& output, const torch::Tensor& classes) const;

 private:
  Conditional mode_;
  std::int64_t class_count_;
  std::int64_t pack_;
  bool flat_;
};

}  // namespace gan
