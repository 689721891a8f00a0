#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <torch/types.h>

#include "gan_train/config/config.hpp"
#include "gan_train/core/shape.hpp"

namespace gan {

/// A data set in memory: one byte a pixel, scaled a batch at a time.
struct Dataset {
  std::string source;     ///< what messages call it: a file or a synthetic set's name
  ImageShape shape;       ///< of one item
  torch::Tensor samples;  ///< [n, c, h, w]; uint8 pixels, or float32 already in [-1, 1]
  torch::Tensor labels;   ///< [n] int64, or undefined where there are none

  std::int64_t size() const { return samples.defined() ? samples.size(0) : 0; }
};

/// A kind of data set. Adding one is a file in src/data/, its declaration in
/// datasets.hpp there and its line in registry.cpp.
struct DatasetKind {
  std::string_view name;
  std::string_view help;
  Dataset (*load)(const DataConfig& config);
  /// The items held back from training, where the kind knows of any.
  std::optional<Dataset> (*load_test)(const DataConfig& config) = nullptr;
  /// Whether the program makes the items up, so that `config.path` means nothing.
  bool made_up = false;
};

/// All kinds; `data.dataset` names one.
std::span<const DatasetKind> dataset_kinds();

/// Whether what `config` asks for is of a kind that is made up, not read from files.
bool is_made_up(const DataConfig& config);

/// Loads what `config` asks for, at most its first `config.limit` items.
Dataset load_dataset(const DataConfig& config);

/// The test set that belongs to what `config` asks for, whole whatever
/// `config.limit` says; nothing where there is none. Error where it is damaged.
/// That its items have the shape of those to train on is for the caller to check.
std::optional<Dataset> load_test_set(const DataConfig& config);

/// Error where `items` of `bytes` each would take more than `config.max_mib`.
void check_memory(const DataConfig& config, std::int64_t items, std::int64_t bytes);

/// The items at `indices` (int64 [k], on the samples' device) as float32 [k, c, h, w] there,
/// bytes scaled to [-1, 1] (`range` "symmetric") or [0, 1] ("unit").
torch::Tensor gather(const torch::Tensor& samples, const torch::Tensor& indices,
                     std::string_view range);

/// Bytes as float32 in [0, 1]; what is float32 already as it is.
torch::Tensor unit_values(const torch::Tensor& items);

/// The inverse of gather(): values in that range as bytes [n, h, w, c], rounded and clamped.
torch::Tensor to_pixels(const torch::Tensor& images, std::string_view range);

}  // namespace gan
