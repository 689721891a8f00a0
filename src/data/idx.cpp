#include "formats/idx.hpp"

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <utility>

#include <torch/types.h>

#include "core/log.hpp"
#include "data/label_file.hpp"
#include "data/picture_files.hpp"
#include "data/stored_images.hpp"
#include "formats/file_kind.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/data/dataset.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

// Finds the file `<stem>-idx<type>` in any spelling; types are such as "3-ubyte".
std::optional<fs::path> find_spelling(const fs::path& folder, const std::string& stem,
                                      std::initializer_list<const char*> types) {
  for (const char* type : types) {
    for (const char* joint : {"-", "."}) {
      for (const char* end : {"", ".gz"}) {
        const fs::path path = folder / str(stem, joint, "idx", type, end);
        if (fs::is_regular_file(path)) return path;
      }
    }
  }
  return std::nullopt;
}

std::optional<fs::path> find_images_named(const fs::path& folder, const std::string& stem) {
  return find_spelling(folder, stem, {"3-ubyte", "4-ubyte", "2-ubyte"});
}

std::optional<fs::path> training_images(const fs::path& folder) {
  const auto mnist = find_images_named(folder, "train-images");
  return mnist ? mnist : find_images_named(folder, "qmnist-train-images");
}

bool is_idx_at(const fs::path& path) {
  const std::string kind = kind_of_file(path);
  return kind == "an IDX file" || kind == "a gzip file" || training_images(path).has_value();
}

fs::path find_images(const fs::path& path) {
  if (fs::is_regular_file(path)) return path;
  if (!fs::exists(path)) {
    const bool fashion = path.string().find("fashion") != std::string::npos;
    throw usage_error(
        path.string(), ": no such file or folder in ", fs::current_path().string(),
        "; set config key data.path to your data, or fetch it with `scripts/get_data.sh ",
        fashion ? "fashion-mnist" : "mnist", "` of the sources");
  }
  const auto images = training_images(path);
  if (!images && holds_pictures(path)) {
    throw usage_error(path.string(), ": holds pictures; set data.dataset = folder");
  }
  if (!images) {
    throw usage_error(path.string(),
                      ": holds no train-images-idx3-ubyte (or .idx3-ubyte, or .gz); "
                      "set config key data.path to a folder that does, or to the IDX file itself");
  }
  return *images;
}

// The tensor takes ownership of the bytes without copying them.
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

// The label file that belongs to `images`: train-images-idx3-ubyte -> train-labels-idx1-ubyte.
std::optional<fs::path> labels_beside(const fs::path& images) {
  const std::string name = images.filename().string();
  const auto part = name.find("-images");
  if (part == std::string::npos) return std::nullopt;
  const std::string stem = name.substr(0, part) + "-labels";
  return find_spelling(images.parent_path(), stem, {"1-ubyte", "2-int"});
}

// The test file that belongs to a training file: train-images-idx3-ubyte -> t10k-images-idx3-ubyte.
std::optional<fs::path> test_images_beside(const fs::path& images) {
  const std::string name = images.filename().string();
  const auto part = name.find("train-images");
  if (part == std::string::npos) return std::nullopt;
  for (const char* split : {"t10k", "test"}) {
    const std::string stem = str(name.substr(0, part), split, "-images");
    if (auto path = find_images_named(images.parent_path(), stem)) return path;
  }
  return std::nullopt;
}

torch::Tensor read_images(const fs::path& path, const ImageShape& shape, const DataConfig& config) {
  IdxArray array = read_idx(path, static_cast<std::uint64_t>(config.max_mib) << 20);
  return to_tensor(std::move(array))
      .view({-1, shape.height, shape.width, shape.channels})
      .permute({0, 3, 1, 2})
      .contiguous();
}

// Unpacks the values of a gzip file into an unnamed file.
RandomAccessFile decompressed(const RandomAccessFile& file, const IdxHeader& header) {
  log::info(str(file.name(), ": unpacking ", header.values >> 20, " MiB to read images from"));
  auto scratch = RandomAccessFile::scratch(static_cast<std::uint64_t>(header.values));
  decompress_idx(file, header, [&](ByteView values) { scratch.append(values); });
  return scratch;
}

StoredImages store_images(RandomAccessFile file, const IdxHeader& header, const ImageShape& shape) {
  constexpr auto kOrder = StoredImages::Order::kChannelsLast;
  const std::int64_t count = header.dims[0];
  if (header.gzipped) return {decompressed(file, header), 0, shape, kOrder, count};
  return {std::move(file), header.size, shape, kOrder, count};
}

Dataset read_pair(const fs::path& path, const std::optional<fs::path>& labels,
                  const DataConfig& config) {
  RandomAccessFile file(path);
  const IdxHeader header = read_idx_header(file);
  Dataset data{.source = path.string(),
               .shape = shape_of(header.dims, path.string()),
               .samples = {},
               .labels = {}};
  if (data.shape.is_point()) {
    throw usage_error(path.string(), ": images of 1x2 pixels are too small to train on");
  }
  const std::int64_t n = header.dims[0];
  if (stays_on_disk(config, n, data.shape.size())) {
    data.stored =
        std::make_shared<const StoredImages>(store_images(std::move(file), header, data.shape));
  } else {
    check_memory(config, n, data.shape.size());
    data.samples = read_images(path, data.shape, config);
  }
  if (labels) data.labels = read_labels(*labels, n, config);
  return data;
}

Dataset load_idx(const DataConfig& config) {
  const fs::path path = find_images(config.path);
  const auto labels = config.labels.empty() ? labels_beside(path) : fs::path(config.labels);
  return read_pair(path, labels, config);
}

std::optional<Dataset> load_idx_test(const DataConfig& config) {
  const auto path = test_images_beside(find_images(config.path));
  if (!path) return std::nullopt;
  DataConfig in_memory = config;
  in_memory.in_memory = InMemory::kTrue;
  return read_pair(*path, labels_beside(*path), in_memory);
}

}  // namespace

extern const DatasetLoader kIdx = {
    .kind = DatasetKind::kIdx,
    .help = "IDX files of bytes, raw or gzip: MNIST and its kin (data.path)",
    .load = load_idx,
    .is_at = is_idx_at,
    .load_test = load_idx_test,
    .may_be_stored = true};

}  // namespace gan
