#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <unistd.h>
#include <utility>

#include <ATen/Parallel.h>
#include <torch/nn/functional/upsampling.h>
#include <torch/utils.h>

#include "core/file.hpp"
#include "core/log.hpp"
#include "core/random_access_file.hpp"
#include "core/text.hpp"
#include "data/picture_files.hpp"
#include "data/stored_images.hpp"
#include "formats/decode_image.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/data/dataset.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxDecoded = 128 << 20;  // bytes a picture: 44 megapixels of RGB
constexpr std::size_t kAtOnce = 256;              // between two looks at what went wrong
constexpr std::int64_t kMaxNamed = 20;            // of the bad files that are passed over

// The largest square about the middle, resized as PyTorch's interpolate does with
// antialias: a cubic filter as wide as the reduction asks for.
torch::Tensor fit_square(Image& image, std::int64_t side) {
  namespace F = torch::nn::functional;
  const std::int64_t all = std::min(image.width, image.height);
  const auto square =
      torch::from_blob(image.pixels.data(), {1, image.height, image.width, image.channels},
                       torch::kUInt8)
          .narrow(1, (image.height - all) / 2, all)
          .narrow(2, (image.width - all) / 2, all)
          .permute({0, 3, 1, 2})
          .contiguous();
  if (all == side) return square[0];
  return F::interpolate(square, F::InterpolateFuncOptions()
                                    .size(std::vector<std::int64_t>{side, side})
                                    .mode(torch::kBicubic)
                                    .align_corners(false)
                                    .antialias(true))[0];
}

// Puts the picture into `item`; what is wrong with the file, or "".
std::string decode_into(const torch::Tensor& item, const fs::path& path) {
  try {
    Image image = decode_image(read_file(path, kMaxDecoded), item.size(0), kMaxDecoded,
                               printable(path.string()));
    item.copy_(fit_square(image, item.size(1)));
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

// Decodes into samples[first], samples[first + 1], …; a message a file, "" where it is good.
std::vector<std::string> decode_some(std::span<const PictureFile> files, torch::Tensor samples) {
  std::vector<std::string> problems(files.size());
  at::parallel_for(0, static_cast<std::int64_t>(files.size()), 1,
                   [&](std::int64_t begin, std::int64_t end) {
                     const torch::NoGradGuard no_grad;
                     for (std::int64_t i = begin; i < end; ++i) {
                       const auto place = static_cast<std::size_t>(i);
                       problems[place] = decode_into(samples[i], files[place].path);
                     }
                   });
  return problems;
}

// One after the other at the front of data.samples; what is bad stops all or is passed over.
class FolderReader {
 public:
  FolderReader(const DataConfig& config, const std::vector<PictureFile>& files)
      : skip_(config.skip_bad), files_(files) {
    const auto n = static_cast<std::int64_t>(files.size());
    data_.source = config.path;
    data_.shape = {config.channels, config.image_size, config.image_size};
    const bool store = stays_on_disk(config, n, data_.shape.size());
    if (store) {
      const std::int64_t bytes = n * data_.shape.size();
      scratch_.emplace(RandomAccessFile::scratch(static_cast<std::uint64_t>(bytes)));
    } else {
      check_memory(config, n, data_.shape.size());
    }
    // On their way to disk, no more are held than are decoded at once.
    const std::int64_t held = store ? std::int64_t{kAtOnce} : n;
    data_.samples =
        torch::empty({held, config.channels, config.image_size, config.image_size}, torch::kUInt8);
    data_.labels = torch::empty({n}, torch::kInt64);
  }

  ~FolderReader() { log::live_line(""); }
  FolderReader(const FolderReader&) = delete;
  FolderReader& operator=(const FolderReader&) = delete;

  Dataset read() {
    for (std::size_t first = 0; first < files_.size(); first += kAtOnce) {
      const auto some = files_.subspan(first, std::min(kAtOnce, files_.size() - first));
      const auto place = static_cast<std::int64_t>(first);
      const auto images = scratch_ ? data_.samples : data_.samples.slice(0, place);
      const auto problems = decode_some(some, images);
      for (std::size_t i = 0; i < some.size(); ++i) {
        keep(some[i], problems[i], images[static_cast<std::int64_t>(i)]);
      }
      show(first + some.size());
    }
    return finish();
  }

 private:
  void keep(const PictureFile& file, const std::string& problem, const torch::Tensor& image) {
    if (problem.empty()) {
      if (scratch_) {
        scratch_->append({image.const_data_ptr<std::uint8_t>(), image.nbytes()});
      } else if (const auto place = data_.samples[good_];
                 place.const_data_ptr() != image.const_data_ptr()) {
        place.copy_(image);
      }
      data_.labels[good_++] = file.label;
      return;
    }
    if (!skip_) throw run_error(problem, "; remove it, or set data.skip_bad = true");
    if (++bad_ <= kMaxNamed) log::warning("passed over: " + problem);
  }

  void show(std::size_t done) const {
    if (live_) log::live_line(str("reading images: ", done, " of ", files_.size()));
  }

  Dataset finish() {
    if (bad_ > 0) log::warning(str(bad_, " of ", files_.size(), " image files were passed over"));
    if (good_ == 0) throw run_error(data_.source, ": none of its image files can be read");
    data_.samples = scratch_ ? torch::Tensor() : data_.samples.narrow(0, 0, good_);
    if (scratch_) {
      data_.stored = std::make_shared<const StoredImages>(
          std::move(*scratch_), 0, data_.shape, StoredImages::Order::kChannelsFirst, good_);
    }
    data_.labels = files_.front().label < 0 ? torch::Tensor() : data_.labels.narrow(0, 0, good_);
    return std::move(data_);
  }

  bool skip_;
  bool live_ = isatty(STDERR_FILENO) == 1;
  std::span<const PictureFile> files_;
  Dataset data_;
  std::optional<RandomAccessFile> scratch_;  // where the images are to stay on disk
  std::int64_t good_ = 0;
  std::int64_t bad_ = 0;
};

// Sizes and colours of some of a folder's pictures.
struct Sketch {
  std::int64_t pictures = 0;
  std::int64_t coloured = 0;
  std::vector<std::int64_t> sides;  // the shorter side of each
};

// True if more than one pixel in a thousand is visibly coloured.
bool is_coloured(const Image& rgb) {
  constexpr int kClearly = 24;
  std::int64_t count = 0;
  for (std::size_t i = 0; i + 2 < rgb.pixels.size(); i += 3) {
    const auto [least, most] = std::minmax({rgb.pixels[i], rgb.pixels[i + 1], rgb.pixels[i + 2]});
    count += most - least > kClearly ? 1 : 0;
  }
  return 1000 * count > rgb.width * rgb.height;
}

// Looks at up to 64 pictures, spread over all. FolderReader reports those that can't be read.
Sketch look_at_some(std::span<const PictureFile> files) {
  constexpr std::size_t kSome = 64;
  const std::size_t n = std::min(kSome, files.size());
  std::vector<std::optional<std::pair<std::int64_t, bool>>> seen(n);
  at::parallel_for(0, static_cast<std::int64_t>(n), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); std::cmp_less(i, end); ++i) {
      const fs::path& path = files[i * files.size() / n].path;
      try {
        const auto image =
            decode_image(read_file(path, kMaxDecoded), 3, kMaxDecoded, path.string());
        seen[i] = {std::min(image.width, image.height), is_coloured(image)};
      } catch (const Error&) {
        continue;
      }
    }
  });
  Sketch sketch;
  for (const auto& picture : seen) {
    if (!picture) continue;
    ++sketch.pictures;
    sketch.sides.push_back(picture->first);
    sketch.coloured += picture->second ? 1 : 0;
  }
  return sketch;
}

// The nearest to the median of `sides`, among sizes that train well on any machine.
std::int64_t nearest_size(std::vector<std::int64_t> sides) {
  constexpr std::array<std::int64_t, 5> kSizes = {16, 28, 32, 48, 64};
  if (sides.empty()) return kSizes.back();
  const auto middle = sides.begin() + static_cast<std::ptrdiff_t>(sides.size() / 2);
  std::nth_element(sides.begin(), middle, sides.end());
  return *std::ranges::min_element(kSizes, {},
                                   [&](std::int64_t size) { return std::abs(size - *middle); });
}

// Fills in the size and the channels where the config has none, and logs them.
DataConfig shaped_as_most(DataConfig config, std::span<const PictureFile> files) {
  if (config.image_size > 0 && config.channels > 0) return config;
  const Sketch sketch = look_at_some(files);
  if (config.image_size == 0) config.image_size = nearest_size(sketch.sides);
  if (config.channels == 0) config.channels = 2 * sketch.coloured >= sketch.pictures ? 3 : 1;
  log::info(str(config.path, ": pictures are made ", config.image_size, "x", config.image_size,
                config.channels == 3 ? " in colour" : " and grey",
                " (data.image_size, data.channels); ", sketch.pictures, " of them were looked at"));
  return config;
}

Dataset load_folder(const DataConfig& config) {
  auto files = list_pictures(config.path);
  const auto most = static_cast<std::size_t>(config.limit);
  if (most > 0 && most < files.size()) files.resize(most);
  return FolderReader(shaped_as_most(config, files), files).read();
}

}  // namespace

extern const DatasetLoader kFolder = {
    .kind = DatasetKind::kFolder,
    .help =
        "PNG and JPEG files, resized and cropped; folders in the folder are classes (data.path)",
    .load = load_folder,
    .may_be_stored = true};

}  // namespace gan
