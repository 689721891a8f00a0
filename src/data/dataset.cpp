#include "gan_train/data/dataset.hpp"

#include <algorithm>

#include <torch/types.h>

#include "core/machine.hpp"
#include "core/sha256.hpp"
#include "data/stored_images.hpp"
#include "gan_train/core/registry.hpp"

namespace gan {

bool is_made_up(const DataConfig& config) {
  return find_row(dataset_loaders(), config.dataset).made_up;
}

std::int64_t Dataset::size() const {
  if (stored) return stored->size();
  return samples.defined() ? samples.size(0) : 0;
}

bool Dataset::has_pixels() const {
  return stored || (samples.defined() && samples.scalar_type() == torch::kUInt8);
}

torch::Tensor Dataset::items(const torch::Tensor& indices) const {
  if (!stored) return samples.index_select(0, indices);
  stored->will_need(indices);  // all at once, so that the disk can choose in which order
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

std::int64_t count_classes(const ModelConfig& config, const Dataset& data) {
  if (config.conditional == Conditional::kNone) return 0;
  if (!data.labels.defined()) {
    throw usage_error("model.conditional: ", config.conditional, " needs labels, and ", data.source,
                      " has none; name their file with data.labels, or set model.conditional = "
                      "none");
  }
  const auto largest = data.labels.max().item<std::int64_t>();
  if (largest >= kMaxClasses) {
    throw usage_error("model.conditional: ", config.conditional, " takes classes from 0 to ",
                      kMaxClasses - 1, ", and ", data.source, " has a label ", largest,
                      "; number them anew, or set model.conditional = none");
  }
  return largest + 1;
}

// Made-up images are small and grey unless the config says otherwise. For a folder, its loader
// chooses.
static DataConfig with_shape(DataConfig config, bool made_up) {
  constexpr std::int64_t kLeastSide = 4;
  if (config.image_size != 0 && config.image_size < kLeastSide) {
    throw usage_error("data.image_size: ", config.image_size,
                      " is out of range; allowed: ", kLeastSide,
                      " to 1024, or 0 to leave it to the program");
  }
  if (!made_up) return config;
  if (config.image_size == 0) config.image_size = 16;
  if (config.channels == 0) config.channels = 1;
  return config;
}

Dataset load_dataset(const DataConfig& given) {
  const DatasetLoader& loader = find_row(dataset_loaders(), given.dataset);
  const DataConfig config = with_shape(given, loader.made_up);
  if (config.in_memory == InMemory::kFalse && !loader.may_be_stored) {
    throw usage_error("data.in_memory: only idx and folder can be read from disk; '",
                      config.dataset, "' is always in memory: leave data.in_memory at auto");
  }
  Dataset data = loader.load(config);
  if (config.limit > 0 && config.limit < data.size()) {
    if (data.stored) {
      data.stored = std::make_shared<const StoredImages>(data.stored->first(config.limit));
    } else {
      data.samples = data.samples.narrow(0, 0, config.limit).clone();
    }
    if (data.labels.defined()) data.labels = data.labels.narrow(0, 0, config.limit).clone();
  }
  return data;
}

std::optional<Dataset> load_test_set(const DataConfig& config) {
  const auto load_test = find_row(dataset_loaders(), config.dataset).load_test;
  return load_test != nullptr ? load_test(config) : std::nullopt;
}

bool stays_on_disk(const DataConfig& config, std::int64_t items, std::int64_t bytes) {
  if (config.in_memory != InMemory::kAuto) return config.in_memory == InMemory::kFalse;
  const auto half = static_cast<std::int64_t>(usable_memory() / 2);
  const std::int64_t most = std::min(config.max_mib << 20, half);
  return items > most / bytes;
}

void check_memory(const DataConfig& config, std::int64_t items, std::int64_t bytes) {
  const std::int64_t most = (config.max_mib << 20) / bytes;
  if (items <= most) return;
  throw usage_error("data.max_mib: ", items, " items of ", bytes, " bytes are more than ",
                    config.max_mib, " MiB; ask for at most ", most, " or raise it");
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

extern const DatasetLoader kIdx, kCifar10, kFolder, kStackedMnist, kShapes, kRings;

std::span<const DatasetLoader> dataset_loaders() {
  static const std::array kAll = {kIdx, kCifar10, kFolder, kStackedMnist, kShapes, kRings};
  return kAll;
}

}  // namespace gan
