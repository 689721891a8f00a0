#include "gan_train/io/sample_reader.hpp"

#include <cstring>
#include <vector>

#include <torch/torch.h>

#include "gan_train/core/error.hpp"
#include "gan_train/core/file.hpp"
#include "gan_train/core/log.hpp"
#include "gan_train/data/dataset.hpp"
#include "gan_train/formats/idx.hpp"
#include "gan_train/formats/npy.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;
using Sizes = std::vector<std::int64_t>;

constexpr std::uint64_t kMostSampleBytes = std::uint64_t{16} << 30;

// Values of n images, channels last or, where there is one, left out -> [n, c, h, w].
torch::Tensor to_images(ByteView bytes, const Sizes& sizes, torch::ScalarType type,
                        const ImageShape& shape, const fs::path& path) {
  if (shape.is_point() && type != torch::kFloat32) {
    throw usage_error(path.string(), ": holds bytes, but the data are points, which are float32, ",
                      "as gan-sample writes with --format npy-float");
  }
  const Sizes rest(sizes.empty() ? sizes.end() : sizes.begin() + 1, sizes.end());
  const bool fits = rest == Sizes{shape.height, shape.width, shape.channels} ||
                    (shape.channels == 1 && rest == Sizes{shape.height, shape.width}) ||
                    (shape.is_point() && rest == Sizes{2});
  if (!fits) {
    throw usage_error(path.string(), ": holds values of ", torch::IntArrayRef(sizes),
                      ", which are no samples of ", to_string(shape), ", the shape of the data");
  }
  auto values = torch::empty({sizes[0], shape.height, shape.width, shape.channels}, type);
  if (!bytes.empty()) std::memcpy(values.data_ptr(), bytes.data(), bytes.size());
  return values.permute({0, 3, 1, 2}).contiguous();
}

// A range that was not meant would scale all images wrongly, unseen.
void check_range(const torch::Tensor& values, std::string_view range, const fs::path& path) {
  if (values.numel() == 0) return;
  constexpr float kSlack = 0.1F;  // for what was resized or rounded after it was drawn
  const float lowest = values.min().item<float>(), highest = values.max().item<float>();
  const float low = range == "unit" ? 0.0F : -1.0F;
  const bool fits = lowest >= low - kSlack && highest <= 1.0F + kSlack;  // NaN does not
  if (!fits) {
    throw usage_error(path.string(), ": holds values from ", lowest, " to ", highest,
                      ", but --range ", range, " is ", low,
                      " to 1; name the other range, or save the samples as bytes");
  }
  if (range != "unit" && lowest >= 0.0F) {
    log::warning(str(path.string(), ": no value is below 0, though --range ", range,
                     " is -1 to 1; if these go from 0 to 1, say --range unit"));
  }
}

// The pictures of a folder, as the data set `folder` reads them.
torch::Tensor read_pictures(const fs::path& path, const ImageShape& shape) {
  if (shape.height != shape.width) {
    throw usage_error(path.string(), ": pictures of a folder are cropped to squares, but the data ",
                      "are of ", to_string(shape), "; save the samples as one IDX or .npy file");
  }
  DataConfig config;
  config.dataset = "folder";
  config.path = path.string();
  config.image_size = shape.height;
  config.channels = shape.channels;
  return load_dataset(config).samples;
}

}  // namespace

torch::Tensor read_samples(const fs::path& path, const ImageShape& shape, std::string_view range) {
  if (fs::is_directory(path)) return read_pictures(path, shape);
  if (!fs::is_regular_file(path)) {
    throw usage_error(path.string(),
                      ": no such file or folder; samples are read from one IDX or .npy file, or a "
                      "folder of PNG or JPEG files, as gan-sample writes with --format idx, npy or "
                      "png");
  }
  if (path.extension() != ".npy") {
    const IdxArray array = read_idx(path, kMostSampleBytes);
    return to_images(array.values, array.dims, torch::kUInt8, shape, path);
  }
  const Bytes bytes = read_file(path, kMostSampleBytes);
  const NpyArray array = parse_npy(bytes, path.string());
  if (array.dtype == "|u1") {
    return to_images(array.values, array.shape, torch::kUInt8, shape, path);
  }
  const auto values = to_images(array.values, array.shape, torch::kFloat32, shape, path);
  if (shape.is_point()) return values;
  check_range(values, range, path);
  return to_pixels(values, range).permute({0, 3, 1, 2}).contiguous();
}

}  // namespace gan
