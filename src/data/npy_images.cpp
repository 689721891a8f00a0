#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include <torch/types.h>

#include "core/random_access_file.hpp"
#include "data/label_file.hpp"
#include "data/stored_images.hpp"
#include "formats/file_kind.hpp"
#include "formats/npy.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/data/dataset.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

bool is_channel_count(std::int64_t size) { return size == 1 || size == 3; }

bool is_npy_at(const fs::path& path) { return kind_of_file(path) == "an npy array"; }

StoredImages open_npy(const fs::path& path) {
  if (!fs::is_regular_file(path)) {
    throw usage_error(path.string(), ": is not a file; set config key data.path to a .npy file");
  }
  RandomAccessFile file(path);
  Bytes start(static_cast<std::size_t>(std::min(file.size(), kMaxNpyHeader)));
  file.read(0, start);
  const auto [dtype, dims, offset] = parse_npy_layout(start, file.size(), path.string());
  if (dtype != "|u1") {
    throw usage_error(path.string(), ": holds values of '", dtype, "'; images to train on are ",
                      "bytes from 0 to 255: save them as uint8");
  }
  if (std::ranges::count(dims, 0) > 0) throw usage_error(path.string(), ": holds no images");
  using enum StoredImages::Order;
  const std::size_t rank = dims.size();
  if (rank == 3) return {std::move(file), offset, {1, dims[1], dims[2]}, kChannelsLast, dims[0]};
  if (rank == 4 && is_channel_count(dims[3])) {
    return {std::move(file), offset, {dims[3], dims[1], dims[2]}, kChannelsLast, dims[0]};
  }
  if (rank == 4 && is_channel_count(dims[1])) {
    return {std::move(file), offset, {dims[1], dims[2], dims[3]}, kChannelsFirst, dims[0]};
  }
  throw usage_error(path.string(), ": holds an array of ", torch::IntArrayRef(dims),
                    "; images are count x height x width, or with 1 or 3 channels last or first");
}

Dataset load_npy(const DataConfig& config) {
  auto images = std::make_shared<const StoredImages>(open_npy(config.path));
  const std::int64_t n = images->size();
  if (images->shape().is_point()) {
    throw usage_error(config.path, ": images of 1x2 pixels are too small to train on");
  }
  Dataset data{.source = config.path, .shape = images->shape(), .samples = {}, .labels = {}};
  if (stays_on_disk(config, n, data.shape.size())) {
    data.stored = std::move(images);
  } else {
    check_memory(config, n, data.shape.size());
    data.samples = images->read(torch::arange(n));
  }
  if (!config.labels.empty()) data.labels = read_labels(config.labels, n, config);
  return data;
}

}  // namespace

extern const DatasetLoader kNpy = {
    .kind = DatasetKind::kNpy,
    .help =
        "a .npy file of uint8, count x height x width or with channels, as gan-sample writes "
        "them (data.path); labels, if any, in data.labels",
    .load = load_npy,
    .is_at = is_npy_at,
    .may_be_stored = true};

}  // namespace gan
