#include "gan_train/data/dataset.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include <torch/types.h>

#include "core/machine.hpp"
#include "core/sha256.hpp"
#include "core/text.hpp"
#include "data/stored_images.hpp"
#include "formats/file_kind.hpp"
#include "gan_train/core/registry.hpp"

namespace gan {

const DatasetLoader& find_loader(const DataConfig& config) {
  const auto loaders = dataset_loaders();
  if (config.dataset != DatasetKind::kAuto) return find_row(loaders, config.dataset);
  std::vector<std::string> kinds;
  for (const DatasetLoader& loader : loaders) {
    if (loader.is_at == nullptr) continue;
    if (loader.is_at(config.path)) return loader;
    kinds.push_back(str(loader.kind));
  }
  // For a missing path, or a folder without data, these loaders have the most helpful errors.
  const std::filesystem::path path = config.path;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return find_row(loaders, DatasetKind::kIdx);
  if (std::filesystem::is_directory(path)) return find_row(loaders, DatasetKind::kFolder);
  const std::string found = kind_of_file(path);
  throw usage_error(config.path, ": is ", found.empty() ? "a file" : found,
                    ", not data of a known kind (", join(kinds, ", "),
                    "); set config key data.path to the folder of your pictures, or to such a "
                    "file");
}

bool is_synthetic(const DataConfig& config) { return find_loader(config).synthetic; }

std::int64_t Dataset::size() const {
  if (stored) return stored->size();
  return samples.defined() ? samples.size(0) : 0;
}

bool Dataset::has_pixels() const {
  return stored || (samples.defined() && samples.scalar_type() == torch::kUInt8);
}

torch::Tensor Dataset::items(const torch::Tensor& indices) const {
  if (!stored) return samples.index_select(0, indices);
  stored->prefetch(indices);  // all at once, so that the disk can choose the order
  return stored->read(indices);
}

torch::Tensor Dataset::items(std::int64_t begin, std::int64_t count) const {
  return stored ? items(torch::arange(begin, begin + count)) : samples.narrow(0, begin, count);
}

Dataset Dataset::subset(const torch::Tensor& indices) const {
  Dataset some = *this;
  if (labels.defined()) some.labels = labels.index_select(0, indices);
  if (stored) {
    some.stored = std::make_shared<const StoredImages>(stored->subset(indices));
  } else {
    some.samples = samples.index_select(0, indices);
  }
  return some;
}

const Dataset& Dataset::checked() const {
  const auto require = [&](bool holds, const auto&... what) {
    if (!holds) throw usage_error("data set '", source, "': ", what...);
  };
  require(size() > 0, "it holds no items");
  if (!stored) {
    const auto& [channels, height, width] = shape;
    const auto sizes = samples.sizes();
    require(sizes.size() == 4 && sizes.slice(1).equals({channels, height, width}),
            "samples of shape ", sizes, ", not [n, ", channels, ", ", height, ", ", width, "]");
    const auto type = samples.scalar_type();
    require(type == torch::kUInt8 || type == torch::kFloat, "samples of ", type,
            ", neither uint8 nor float32");
    require(samples.is_cpu(), "samples on ", samples.device(), ", not on the CPU");
  }
  if (!labels.defined()) return *this;
  require(labels.dim() == 1 && labels.size(0) == size(), "labels of shape ", labels.sizes(),
          " for ", size(), " items");
  require(labels.scalar_type() == torch::kLong && labels.is_cpu(),
          "labels that are not int64 on the CPU");
  require(labels.min().item<std::int64_t>() >= 0, "a label below 0");
  return *this;
}

Classes classes_of(const Dataset& data) {
  if (!data.labels.defined() || data.size() == 0) return {};
  const auto largest = data.labels.max().item<std::int64_t>();
  if (largest >= kMaxClasses || data.labels.min().item<std::int64_t>() < 0) return {};
  const std::int64_t count = largest + 1;
  auto names = data.class_names;
  if (!names.empty()) names.resize(static_cast<std::size_t>(count));
  const auto images = torch::bincount(data.labels);
  const auto* first = images.const_data_ptr<std::int64_t>();
  return {count, std::move(names), {first, first + count}};
}

Classes find_classes(const ModelConfig& config, const Dataset& data) {
  if (config.conditional == Conditional::kNone) return {};
  if (!data.labels.defined()) {
    throw usage_error("model.conditional: ", config.conditional, " needs labels, and ", data.source,
                      " has none; put the pictures of each class into a folder of its own, name a "
                      "file of labels with data.labels, or set model.conditional = none");
  }
  const auto largest = data.labels.max().item<std::int64_t>();
  if (largest >= kMaxClasses) {
    throw usage_error("model.conditional: ", config.conditional, " takes classes from 0 to ",
                      kMaxClasses - 1, ", and ", data.source, " has a label ", largest,
                      "; renumber the labels, or set model.conditional = none");
  }
  return classes_of(data);
}

torch::Tensor spread_over_classes(const torch::Tensor& labels, std::int64_t limit) {
  const std::int64_t n = labels.size(0);
  if (limit >= n) return torch::arange(n);
  const auto* label = labels.const_data_ptr<std::int64_t>();
  std::vector<std::int64_t> counts(static_cast<std::size_t>(labels.max().item<std::int64_t>()) + 1);
  std::vector<std::pair<std::int64_t, std::int64_t>> turns;  // occurrence of each item in its class
  for (std::int64_t i = 0; i < n; ++i) {
    turns.emplace_back(counts[static_cast<std::size_t>(label[i])]++, i);
  }
  std::ranges::stable_sort(turns, {}, &std::pair<std::int64_t, std::int64_t>::first);
  std::vector<std::int64_t> kept;
  for (std::int64_t i = 0; i < limit; ++i)
    kept.push_back(turns[static_cast<std::size_t>(i)].second);
  std::ranges::sort(kept);
  return torch::tensor(kept, torch::kInt64);
}

// Synthetic images are small and grey unless the config says otherwise; a folder's loader chooses
// for itself. Sets the kind to the loader's.
static DataConfig with_defaults(DataConfig config, const DatasetLoader& loader) {
  constexpr std::int64_t kMinSide = 4;
  const auto shorter = std::min(config.image_size.width, config.image_size.height);
  if (config.image_size != 0 && shorter < kMinSide) {
    throw usage_error("data.image_size: ", shorter, " is out of range; allowed: ", kMinSide,
                      " to 1024, or 0 for automatic");
  }
  config.dataset = loader.kind;
  if (!loader.synthetic) return config;
  if (config.image_size == 0) config.image_size = 16;
  if (config.channels == 0) config.channels = 1;
  return config;
}

// Spread over the classes, or simply the first items if each has several labels.
static Dataset limited(const Dataset& data, std::int64_t limit) {
  if (limit == 0 || limit >= data.size()) return data;
  const bool by_class = data.stacked == 1 && classes_of(data).count > 0;
  return data.subset(by_class ? spread_over_classes(data.labels, limit) : torch::arange(limit));
}

Dataset load_dataset(const DataConfig& given) {
  const DatasetLoader& loader = find_loader(given);
  const DataConfig config = with_defaults(given, loader);
  if (config.in_memory == InMemory::kFalse && !loader.may_be_stored) {
    throw usage_error("data.in_memory: only idx, npy and folder can be read from disk; '",
                      loader.kind, "' is always in memory: leave data.in_memory at auto");
  }
  Dataset data = limited(loader.load(config), config.limit);
  data.kind = loader.kind;
  return data;
}

std::optional<Dataset> load_test_set(const DataConfig& given) {
  const DatasetLoader& loader = find_loader(given);
  DataConfig config = given;
  config.dataset = loader.kind;
  return loader.load_test != nullptr ? loader.load_test(config) : std::nullopt;
}

bool stays_on_disk(const DataConfig& config, std::int64_t items, std::int64_t bytes) {
  if (config.in_memory != InMemory::kAuto) return config.in_memory == InMemory::kFalse;
  const auto half = static_cast<std::int64_t>(usable_memory() / 2);
  const std::int64_t max_bytes = std::min(config.max_mib << 20, half);
  return items > max_bytes / bytes;
}

void check_memory(const DataConfig& config, std::int64_t items, std::int64_t bytes) {
  const std::int64_t max_items = (config.max_mib << 20) / bytes;
  if (items <= max_items) return;
  throw usage_error("data.max_mib: ", items, " items of ", bytes, " bytes are more than ",
                    config.max_mib, " MiB; use at most ", max_items, " items, or raise it");
}

torch::Tensor scaled(const torch::Tensor& items, PixelRange range) {
  if (items.scalar_type() != torch::kUInt8) return items;
  switch (range) {
    case PixelRange::kSymmetric:
      return items.to(torch::kFloat32).div_(127.5).sub_(1.0);
    case PixelRange::kUnit:
      return unit_values(items);
  }
  throw unknown_value(range);
}

torch::Tensor unit_values(const torch::Tensor& items) {
  const bool bytes = items.scalar_type() == torch::kUInt8;
  return bytes ? items.to(torch::kFloat32).div_(255.0) : items;
}

torch::Tensor to_pixels(const torch::Tensor& images, PixelRange range) {
  const auto scaled = range == PixelRange::kUnit ? images.mul(255.0) : images.add(1.0).mul_(127.5);
  return scaled.round_().clamp_(0, 255).to(torch::kUInt8).permute({0, 2, 3, 1}).contiguous();
}

std::string fingerprint(const Dataset& data) {
  const std::int64_t count = std::min<std::int64_t>(data.size(), 64);
  const auto spread = torch::arange(count).mul(data.size()).div(count, "floor");
  const auto items = data.items(spread).contiguous();
  return sha256_hex({static_cast<const std::uint8_t*>(items.const_data_ptr()), items.nbytes()});
}

extern const DatasetLoader kIdx, kNpy, kCifar10, kCifar100, kFolder, kStackedMnist, kShapes, kRings;

static const DatasetLoader kAuto = {
    .kind = DatasetKind::kAuto,
    .help = "what data.path holds: the first that fits of idx, npy, cifar10, cifar100 and folder",
    .load = load_dataset};

std::span<const DatasetLoader> dataset_loaders() {
  static const std::array kAll = {kAuto,   kIdx,          kNpy,    kCifar10, kCifar100,
                                  kFolder, kStackedMnist, kShapes, kRings};
  return kAll;
}

}  // namespace gan
