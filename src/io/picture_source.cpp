#include "io/picture_source.hpp"

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include <torch/types.h>

#include "core/file.hpp"
#include "core/sha256.hpp"
#include "core/text.hpp"
#include "data/picture_files.hpp"
#include "formats/decode_image.hpp"
#include "formats/file_kind.hpp"
#include "formats/idx.hpp"
#include "gan_train/core/error.hpp"
#include "io/eval_cache.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxPictureFile = std::uint64_t{2} << 30;
constexpr std::int64_t kMaxPixels = 256'000'000;  // same as the default of data.max_megapixels
constexpr std::uint64_t kMaxIdxBytes = std::uint64_t{16} << 30;

// Uncropped and as Pillow decodes it, to match the other programs.
torch::Tensor decoded(const fs::path& path) {
  const auto [image, width, height, transparent] = decode_image(
      read_file(path, kMaxPictureFile),
      {.channels = 3, .as_stored = true, .max_pixels = kMaxPixels}, printable(path.string()));
  auto pixels = torch::empty({image.height, image.width, 3}, torch::kUInt8);
  std::memcpy(pixels.mutable_data_ptr(), image.pixels.data(), image.pixels.size());
  return pixels.permute({2, 0, 1});
}

// A key for a folder's pictures, from names, sizes and times.
std::string key_of(const std::vector<PictureFile>& files) {
  Sha256 sum;
  for (const auto& file : files) {
    const auto time = fs::last_write_time(file.path).time_since_epoch().count();
    sum.add(as_bytes(
        str(fs::absolute(file.path).string(), '\n', fs::file_size(file.path), '\n', time, '\n')));
  }
  return sum.hex();
}

PictureSource open_folder(const fs::path& path) {
  const auto files = std::make_shared<const std::vector<PictureFile>>(list_pictures(path).files);
  return {
      .name = path.string(),
      .size = static_cast<std::int64_t>(files->size()),
      .picture =
          [files](std::int64_t i) { return decoded((*files)[static_cast<std::size_t>(i)].path); },
      .key = key_of(*files)};
}

// Accepts count x height x width, optionally with 1 or 3 channels last.
PictureSource open_idx(const fs::path& path) {
  const IdxArray array = read_idx(path, kMaxIdxBytes);
  const auto& dims = array.dims;
  const bool coloured = dims.size() == 4 && (dims[3] == 1 || dims[3] == 3);
  if (dims.size() != 3 && !coloured) {
    throw usage_error(path.string(),
                      ": images are count x height x width, with or without 1 or "
                      "3 channels last, but the array is ",
                      torch::IntArrayRef(dims));
  }
  auto pixels = torch::empty({dims[0], dims[1], dims[2], coloured ? dims[3] : 1}, torch::kUInt8);
  std::memcpy(pixels.mutable_data_ptr(), array.values.data(), array.values.size());
  auto source = source_of(path.string(), pixels.permute({0, 3, 1, 2}));
  source.key = sha256_hex(array.values);
  return source;
}

}  // namespace

PictureSource source_of(const Dataset& data) {
  if (!data.has_pixels()) {
    throw usage_error(data.source, ": holds points; feature networks need images");
  }
  const auto kept = std::make_shared<const Dataset>(data);
  return {.name = data.source,
          .size = data.size(),
          .picture = [kept](std::int64_t i) { return kept->items(i, 1)[0].expand({3, -1, -1}); },
          .key = items_checksum(data)};
}

PictureSource open_pictures(const fs::path& path) {
  if (!fs::exists(path)) throw usage_error(printable(path.string()), ": no such file or folder");
  if (fs::is_directory(path) && holds_pictures(path)) return open_folder(path);
  if (fs::is_regular_file(path) && kind_of_file(path) != "an npy array") return open_idx(path);
  DataConfig config;
  config.path = path.string();
  PictureSource source = source_of(load_dataset(config));
  source.name = path.string();
  return source;
}

}  // namespace gan
