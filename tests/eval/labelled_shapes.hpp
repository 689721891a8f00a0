#pragma once

#include <cstdint>

#include <torch/types.h>
#include <torch/utils.h>

#include "gan_train/data/dataset.hpp"

namespace gan {

inline Dataset labelled_shapes(std::int64_t n, std::int64_t side = 12) {
  DataConfig config;
  config.dataset = DatasetKind::kShapes;
  config.synthetic_size = n;
  config.image_size = side;
  return load_dataset(config);
}

/// Three shapes as the channels of an item, labelled 100 a + 10 b + c.
inline Dataset stacked_shapes(std::int64_t n) {
  const Dataset shapes = labelled_shapes(3 * n);
  torch::manual_seed(1);
  const auto order = torch::randperm(3 * n).view({n, 3});
  const auto labels = shapes.labels.index_select(0, order.flatten()).view({n, 3});
  Dataset data = shapes;
  data.shape.channels = 3;
  data.samples = shapes.samples.index_select(0, order.flatten()).view({n, 3, 12, 12});
  data.labels = labels.matmul(torch::tensor({100, 10, 1}, torch::kInt64));
  data.stacked = 3;
  return data;
}

}  // namespace gan
