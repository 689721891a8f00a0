#include "gan_train/formats/idx.hpp"

#include <torch/torch.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "datasets.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

// `train-images-idx3-ubyte` in the spellings it is found under.
std::optional<fs::path> find_part(const fs::path& folder, std::string_view part,
                                  std::string_view ranks) {
  for (const char rank : ranks) {
    for (const char* joint : {"-", "."}) {
      for (const char* end : {"", ".gz"}) {
        const fs::path path = folder / str("train-", part, joint, "idx", rank, "-ubyte", end);
        if (fs::is_regular_file(path)) return path;
      }
    }
  }
  return std::nullopt;
}

fs::path find_images(const fs::path& path) {
  if (fs::is_regular_file(path)) return path;
  if (!fs::exists(path)) {
    throw usage_error(path.string(), ": no such file or folder; fetch MNIST with "
                      "`scripts/get_data.sh mnist` or name your data with --data");
  }
  const auto images = find_part(path, "images", "342");
  if (!images) {
    throw usage_error(path.string(), ": holds no train-images-idx3-ubyte (or .idx3-ubyte, or .gz); "
                      "name a folder that does, or the IDX file itself, with --data");
  }
  return *images;
}

// The tensor takes the bytes over without a copy.
torch::Tensor to_tensor(IdxArray array) {
  auto owner = std::make_shared<IdxArray>(std::move(array));
  return torch::from_blob(owner->values.data(), owner->dims, [owner](void*) {}, torch::kUInt8);
}

ImageShape shape_of(const std::vector<std::int64_t>& dims, const std::string& name) {
  switch (dims.size()) {
    case 2:
      return {1, 1, dims[1]};
    case 3:
      return {1, dims[1], dims[2]};
    case 4:
      if (dims[3] == 1 || dims[3] == 3) return {dims[3], dims[1], dims[2]};
      throw usage_error(name, ": images of ", dims[3],
                        " channels; 1 or 3 are allowed (count x height x width x channels)");
    default:
      throw usage_error(name, ": has ", dims.size(),
                        " dimension(s); images have 2 to 4 (count, height, width, channels)");
  }
}

torch::Tensor read_labels(const fs::path& path, std::int64_t images, std::uint64_t limit) {
  IdxArray labels = read_idx(path, limit);
  if (labels.dims.size() != 1 || labels.dims[0] != images) {
    throw usage_error(path.string(), ": holds ", labels.dims[0], " labels in ", labels.dims.size(),
                      " dimension(s), but there are ", images, " images; they must match");
  }
  return to_tensor(std::move(labels)).to(torch::kInt64);
}

Dataset load_idx(const DataConfig& config) {
  const fs::path path = find_images(config.path);
  const auto limit = static_cast<std::uint64_t>(config.max_mib) << 20;
  IdxArray array = read_idx(path, limit);
  Dataset data{.source = path.string(), .shape = shape_of(array.dims, path.string()), .samples = {},
               .labels = {}};
  const std::int64_t n = array.dims[0];
  data.samples = to_tensor(std::move(array))
                     .view({n, data.shape.height, data.shape.width, data.shape.channels})
                     .permute({0, 3, 1, 2})
                     .contiguous();
  std::optional<fs::path> labels;
  if (!config.labels.empty()) labels = config.labels;
  if (!labels && fs::is_directory(config.path)) labels = find_part(config.path, "labels", "1");
  if (labels) data.labels = read_labels(*labels, n, limit);
  return data;
}

}  // namespace

const DatasetKind kIdx = {"idx", "IDX files of bytes, raw or gzip: MNIST and its kin (data.path)",
                          load_idx};

}  // namespace gan
