#include "io/sample_reader.hpp"

#include <cstring>
#include <vector>

#include <torch/types.h>

#include "core/file.hpp"
#include "core/log.hpp"
#include "formats/idx.hpp"
#include "formats/npy.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/data/dataset.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;
using Sizes = std::vector<std::int64_t>;

constexpr std::uint64_t kMaxSampleBytes = std::uint64_t{16} << 30;

// All values of an array as a flat tensor, bytes or float32.
torch::Tensor values_of(const NpyArray& array) {
  const auto type = array.dtype == "|u1"   ? torch::kUInt8
                    : array.dtype == "<i8" ? torch::kInt64
                    : array.dtype == "<f4" ? torch::kFloat32
                                           : torch::kFloat64;
  const auto size = static_cast<std::int64_t>(array.values.size() / c10::elementSize(type));
  auto values = torch::empty({size}, type);
  if (size > 0) std::memcpy(values.data_ptr(), array.values.data(), array.values.size());
  return type == torch::kFloat64 ? values.to(torch::kFloat32) : values;
}

// Values of n images, with channels last, first or (if there is one) omitted -> [n, c, h, w].
torch::Tensor to_images(const NpyArray& array, const ImageShape& shape, const fs::path& path) {
  const auto values = values_of(array);
  if (values.scalar_type() == torch::kInt64) {
    throw usage_error(path.string(), ": holds int64; samples are uint8, or float32");
  }
  if (shape.is_point() && values.scalar_type() != torch::kFloat32) {
    throw usage_error(path.string(),
                      ": holds bytes, but the data are points; write them as float32, ",
                      "as gan-sample does with format npy-float");
  }
  const Sizes& sizes = array.shape;
  const Sizes rest(sizes.empty() ? sizes.end() : sizes.begin() + 1, sizes.end());
  const Sizes first = {shape.channels, shape.height, shape.width};
  const bool last = rest == Sizes{shape.height, shape.width, shape.channels} ||
                    (shape.channels == 1 && rest == Sizes{shape.height, shape.width}) ||
                    (shape.is_point() && rest == Sizes{2});
  if (!last && rest != first) {
    throw usage_error(path.string(), ": holds values of ", torch::IntArrayRef(sizes),
                      ", not samples of ", to_string(shape), ", the shape of the data; ",
                      "N x height x width x channels or N x channels x height x width are needed");
  }
  if (!last) return values.view({sizes[0], first[0], first[1], first[2]});
  return values.view({sizes[0], shape.height, shape.width, shape.channels})
      .permute({0, 3, 1, 2})
      .contiguous();
}

// A wrong range would silently scale all images wrongly.
void check_range(const torch::Tensor& values, PixelRange range, const fs::path& path) {
  if (values.numel() == 0) return;
  constexpr float kSlack = 0.1F;  // allows for resizing or rounding after sampling
  const auto lowest = values.min().item<float>(), highest = values.max().item<float>();
  const float low = range == PixelRange::kUnit ? 0.0F : -1.0F;
  const bool fits = lowest >= low - kSlack && highest <= 1.0F + kSlack;  // false for NaN
  if (!fits) {
    throw usage_error(path.string(), ": holds values from ", lowest, " to ", highest,
                      ", but option range ", range, " is ", low,
                      " to 1; name the other range, or save the samples as bytes");
  }
  if (range != PixelRange::kUnit && lowest >= -kSlack) {
    log::warning(str(path.string(), ": holds values from ", lowest, " to ", highest,
                     ", though the range ", range, " is -1 to 1; if they should be from 0 ",
                     "to 1, use range unit"));
  }
}

// The pictures of a folder, read as by the data set `folder`.
torch::Tensor read_pictures(const fs::path& path, const ImageShape& shape) {
  DataConfig config;
  config.dataset = DatasetKind::kFolder;
  config.path = path.string();
  config.image_size = {shape.width, shape.height};
  config.channels = shape.channels;
  config.in_memory = InMemory::kTrue;
  return load_dataset(config).samples;
}

}  // namespace

torch::Tensor read_samples(const fs::path& path, const ImageShape& shape, PixelRange range) {
  if (fs::is_directory(path)) return read_pictures(path, shape);
  if (!fs::is_regular_file(path)) {
    throw usage_error(path.string(),
                      ": no such file or folder; samples are read from one IDX or .npy file, or a "
                      "folder of PNG, JPEG or WebP files, as gan-sample writes them");
  }
  if (extension_of(path) != ".npy") {
    const IdxArray array = read_idx(path, kMaxSampleBytes);
    return to_images({"|u1", array.dims, array.values}, shape, path);
  }
  const Bytes bytes = read_file(path, kMaxSampleBytes);
  const auto values = to_images(parse_npy(bytes, path.string()), shape, path);
  if (values.scalar_type() == torch::kUInt8) return values;
  if (shape.is_point()) return values;
  check_range(values, range, path);
  return to_pixels(values, range).permute({0, 3, 1, 2}).contiguous();
}

torch::Tensor read_latents(const fs::path& path, std::int64_t size, std::int64_t whole_size) {
  const Bytes bytes = read_file(path, kMaxSampleBytes);
  const NpyArray array = parse_npy(bytes, path.string());
  const bool fits = array.dtype.starts_with("<f") && array.shape.size() == 2 &&
                    array.shape[0] > 0 && (array.shape[1] == size || array.shape[1] == whole_size);
  if (!fits) {
    const std::string or_whole = whole_size == size ? "" : str(" or N x ", whole_size);
    throw usage_error(path.string(), ": holds '", array.dtype, "' of ",
                      torch::IntArrayRef(array.shape), "; this generator's latents are N x ", size,
                      or_whole, " of '<f4' or '<f8'");
  }
  const auto latents = values_of(array).view(array.shape);
  if (!latents.isfinite().all().item<bool>()) {
    throw usage_error(path.string(), ": holds numbers that are not finite");
  }
  return latents;
}

}  // namespace gan
