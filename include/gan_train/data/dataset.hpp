#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <torch/types.h>

#include "gan_train/config/config.hpp"
#include "gan_train/core/classes.hpp"
#include "gan_train/core/shape.hpp"

namespace gan {

class StoredImages;

/// A data set, in memory or on disk, one byte per pixel; batches are scaled as they are used.
struct Dataset {
  std::string source;     ///< how messages refer to it: a file or the name of a synthetic set
  ImageShape shape;       ///< of one item
  torch::Tensor samples;  ///< in memory: [n, c, h, w]; uint8 pixels, or float32 already in [-1, 1]
  torch::Tensor labels;   ///< [n] int64; undefined if there are none
  /// On disk: uint8 pixels; `samples` is undefined.
  std::shared_ptr<const StoredImages> stored = nullptr;
  /// Number of grey images stacked as the channels of one item, each of one of ten classes: the
  /// digits of the item's label. 1: the item is one image of one class.
  std::int64_t stacked = 1;
  std::vector<std::string> class_names = {};  ///< by label; empty: classes are numbers
  DatasetKind kind = DatasetKind::kAuto;      ///< kind it was loaded as; kAuto: made by the caller

  std::int64_t size() const;
  /// Returns itself. Throws an Error (exit code 2) if it is empty or its parts do not fit together,
  /// which may happen when a program builds one by hand.
  const Dataset& checked() const;
  /// Whether the items are bytes rather than floats.
  bool has_pixels() const;
  /// The items at `indices` (int64 [k], on the CPU), or `count` items from `begin`, in the form
  /// that `samples` has.
  torch::Tensor items(const torch::Tensor& indices) const;
  torch::Tensor items(std::int64_t begin, std::int64_t count) const;
  /// The data set of those items and their labels: a copy in memory, or a view of the same file.
  Dataset subset(const torch::Tensor& indices) const;
};

/// How a kind of data set is loaded. A new kind needs a DatasetKind, a file in src/data/ and an
/// entry in dataset.cpp there.
struct DatasetLoader {
  DatasetKind kind;
  std::string_view help;
  Dataset (*load)(const DataConfig& config);
  /// Whether `path` is, or contains, data of this kind; null if the kind is never detected.
  bool (*is_at)(const std::filesystem::path& path) = nullptr;
  /// Loads the test set; null if the kind has none.
  std::optional<Dataset> (*load_test)(const DataConfig& config) = nullptr;
  /// Whether the items are synthetic, so that `config.path` has no effect.
  bool synthetic = false;
  /// Whether load() can leave the items on disk.
  bool may_be_stored = false;
};

/// One loader per kind.
std::span<const DatasetLoader> dataset_loaders();

/// The loader of the kind that `config` names; with kAuto, the first that finds its data at
/// `config.path`. Throws an Error (exit code 2) if there is none.
const DatasetLoader& find_loader(const DataConfig& config);

/// Whether `config` names a synthetic kind, not one read from files.
bool is_synthetic(const DataConfig& config);

/// Loads the data set that `config` names, into memory or left on disk. Loads at most
/// `config.limit` items, spread evenly over the classes.
Dataset load_dataset(const DataConfig& config);

/// The test set that belongs to the data set of `config`, always in memory and complete, whatever
/// `config.limit` says; nothing if there is none. Throws an Error if it is damaged. The caller must
/// check that its items have the shape of the training items.
std::optional<Dataset> load_test_set(const DataConfig& config);

/// Maximum number of classes that a network or a checkpoint may have.
inline constexpr std::int64_t kMaxClasses = 65536;

/// The classes of a labelled data set, up to its largest label. None if it has no labels, or if a
/// label is outside 0 to kMaxClasses - 1.
Classes classes_of(const Dataset& data);

/// The same if model.conditional is set; otherwise none. Throws an Error (exit code 2) if the data
/// set has no classes.
Classes find_classes(const ModelConfig& config, const Dataset& data);

/// Warnings before training on `data`, one per line: images that are nearly black or all alike, or
/// a single class where several were expected.
std::vector<std::string> data_warnings(const Config& config, const Dataset& data);

/// One line of advice for training on few images; "" if there are enough.
std::string few_images_advice(const Config& config, const Dataset& data);

/// Which of the items with these labels (int64 [n], below kMaxClasses) to keep if `limit` are
/// wanted: the first of each class, spread evenly over the classes, in their original order.
torch::Tensor spread_over_classes(const torch::Tensor& labels, std::int64_t limit);

/// Whether `items` of `bytes` each are to stay on disk: if `config.in_memory` says so or, with
/// auto, if they take more than `config.max_mib` or half the machine's memory.
bool stays_on_disk(const DataConfig& config, std::int64_t items, std::int64_t bytes);

/// Throws an Error if `items` of `bytes` each would take more than `config.max_mib`.
void check_memory(const DataConfig& config, std::int64_t items, std::int64_t bytes);

/// Bytes as float32 in [-1, 1] (symmetric) or [0, 1] (unit); float32 items unchanged.
torch::Tensor scaled(const torch::Tensor& items, PixelRange range);

/// Bytes as float32 in [0, 1]; float32 items unchanged.
torch::Tensor unit_values(const torch::Tensor& items);

/// The inverse of scaled(): images [n, c, h, w] in that range as bytes [n, h, w, c], rounded and
/// clamped.
torch::Tensor to_pixels(const torch::Tensor& images, PixelRange range);

/// Tells data sets of equal size apart: the SHA-256 of a fixed selection of their items, in memory
/// or on disk.
std::string fingerprint(const Dataset& data);

}  // namespace gan
