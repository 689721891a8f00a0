#pragma once

#include "gan_train/config/config.hpp"

namespace gan {

/// Networks with one hidden layer on 8x8 shapes. An epoch has four steps; its last batch is short.
inline Config tiny_config() {
  Config config;
  config.data.dataset = DatasetKind::kShapes;
  config.data.synthetic_size = 100;
  config.data.image_size = 8;
  config.model.latent_dim = 4;
  config.model.generator_widths = config.model.discriminator_widths = {16};
  config.train.batch_size = 32;
  config.train.device = "cpu";
  config.train.precision = Precision::kFp32;  // tests compare with formulas to the last digits
  return config;
}

}  // namespace gan
