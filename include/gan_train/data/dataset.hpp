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

/// A data set, in memory or on disk: one byte a pixel, scaled a batch at a time.
struct Dataset {
  std::string source;     ///< what messages call it: a file or a synthetic set's name
  ImageShape shape;       ///< of one item
  torch::Tensor samples;  ///< in memory: [n, c, h, w]; uint8 pixels, or float32 already in [-1, 1]
  torch::Tensor labels;   ///< [n] int64, or undefined where there are none
  /// On disk: uint8 pixels; `samples` is undefined.
  std::shared_ptr<const StoredImages> stored = nullptr;
  /// Grey images that an item's channels are, each of one of ten classes: the digits of its label.
  /// 1: the item is one image, and its label one class.
  std::int64_t stacked = 1;
  std::vector<std::string> class_names = {};  ///< by label; empty: they are numbers
  DatasetKind kind = DatasetKind::kAuto;      ///< as which it was loaded; kAuto: made by hand

  std::int64_t size() const;
  /// Itself: Error (exit code 2) where it holds nothing or its parts do not go together, as one
  /// that a program made by hand may.
  const Dataset& checked() const;
  /// Whether the items are bytes.
  bool has_pixels() const;
  /// Those at `indices` (int64 [k], on the CPU), or so many from `begin` on, as `samples` holds
  /// them.
  torch::Tensor items(const torch::Tensor& indices) const;
  torch::Tensor items(std::int64_t begin, std::int64_t count) const;
  /// The data set of those items and their labels: a copy in memory, or the same file.
  Dataset subset(const torch::Tensor& indices) const;
};

/// How a kind of data set is loaded. Adding one is a DatasetKind, a file in src/data/ and its name
/// in dataset.cpp there.
struct DatasetLoader {
  DatasetKind kind;
  std::string_view help;
  Dataset (*load)(const DataConfig& config);
  /// Whether `path` is, or holds, data of the kind; null where the kind is never found by itself.
  bool (*is_at)(const std::filesystem::path& path) = nullptr;
  /// The items held back from training, where the kind knows of any.
  std::optional<Dataset> (*load_test)(const DataConfig& config) = nullptr;
  /// Whether the program makes the items up, so that `config.path` means nothing.
  bool made_up = false;
  /// Whether load() can leave the items on disk.
  bool may_be_stored = false;
};

/// One for each kind.
std::span<const DatasetLoader> dataset_loaders();

/// The loader of what `config` asks for; with kAuto, the first that finds its data at
/// `config.path`. Error (exit code 2) where there are none.
const DatasetLoader& find_loader(const DataConfig& config);

/// Whether what `config` asks for is of a kind that is made up, not read from files.
bool is_made_up(const DataConfig& config);

/// Loads what `config` asks for, at most `config.limit` items, as many of each class as can be,
/// into memory or so that they stay on disk.
Dataset load_dataset(const DataConfig& config);

/// The test set that belongs to what `config` asks for, always in memory, and whole whatever
/// `config.limit` says; nothing where there is none. Error where it is damaged.
/// That its items have the shape of those to train on is for the caller to check.
std::optional<Dataset> load_test_set(const DataConfig& config);

/// The largest number of classes that networks are built for and that a checkpoint may name.
inline constexpr std::int64_t kMaxClasses = 65536;

/// The classes of a labelled data set, up to its largest label; none where it has no labels, or
/// such as are not from 0 to kMaxClasses - 1.
Classes classes_of(const Dataset& data);

/// The same where model.conditional wants them; else none. Error (exit code 2) where there are none
/// to be had.
Classes find_classes(const ModelConfig& config, const Dataset& data);

/// What to tell whoever is about to train on `data`, a line each: images that are nearly black or
/// all alike, only one class where there should be several.
std::vector<std::string> data_warnings(const Config& config, const Dataset& data);

/// What to switch on where the images to be trained on are few, in a line; "" where they are not.
std::string few_images_advice(const Config& config, const Dataset& data);

/// Which of the items with these labels (int64 [n], below kMaxClasses) to keep where `limit` are
/// wanted: the first of each class, as many of each as can be, in their order.
torch::Tensor spread_over_classes(const torch::Tensor& labels, std::int64_t limit);

/// Whether `items` of `bytes` each are to stay on disk: where `config.in_memory` says so or, left
/// to it, they take more than `config.max_mib` or half the machine's memory.
bool stays_on_disk(const DataConfig& config, std::int64_t items, std::int64_t bytes);

/// Error where `items` of `bytes` each would take more than `config.max_mib`.
void check_memory(const DataConfig& config, std::int64_t items, std::int64_t bytes);

/// Bytes as float32 in [-1, 1] (symmetric) or [0, 1] (unit); what is float32 already
/// as it is.
torch::Tensor scaled(const torch::Tensor& items, PixelRange range);

/// Bytes as float32 in [0, 1]; what is float32 already as it is.
torch::Tensor unit_values(const torch::Tensor& items);

/// The inverse of scaled(): images [n, c, h, w] in that range as bytes [n, h, w, c], rounded and
/// clamped.
torch::Tensor to_pixels(const torch::Tensor& images, PixelRange range);

/// A text that tells data sets of as many items apart: the SHA-256 of some of them, spread over
/// all, in memory or on disk.
std::string fingerprint(const Dataset& data);

}  // namespace gan
