#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>

#include <ATen/Parallel.h>
#include <torch/nn/functional/upsampling.h>
#include <torch/utils.h>

#include "core/file.hpp"
#include "core/log.hpp"
#include "core/long_work.hpp"
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

constexpr std::size_t kAtOnce = 256;    // files between two checks for errors
constexpr std::int64_t kMaxNamed = 20;  // of the skipped bad files

// Sizes that train well on any machine.
constexpr std::array<std::int64_t, 5> kSizes = {16, 28, 32, 48, 64};

DecodeOptions decode_options(const DataConfig& config) {
  constexpr std::int64_t kMega = 1'000'000;
  return {.channels = config.channels,
          .background = parse_color(config.background),
          .side = std::max(config.image_size.width, config.image_size.height),
          .max_pixels = config.max_megapixels * kMega};
}

DecodedPicture decode_file(const fs::path& path, const DecodeOptions& options) {
  constexpr std::int64_t kBytesPerPixel = 8;  // 16-bit RGBA that does not compress
  const auto max_bytes = static_cast<std::uint64_t>(kBytesPerPixel * options.max_pixels);
  return decode_image(read_file(path, max_bytes), options, printable(path.string()));
}

// The largest size with the aspect ratio of `shape` that fits into `room`.
ImageSize largest_within(const ImageSize& room, const ImageSize& shape) {
  const auto part = [](std::int64_t side, std::int64_t of, std::int64_t to) {
    return std::max<std::int64_t>(1, (2 * side * of + to) / (2 * to));  // side * of / to, rounded
  };
  if (room.width * shape.height >= room.height * shape.width) {
    return {part(room.height, shape.width, shape.height), room.height};
  }
  return {room.width, part(room.width, shape.height, shape.width)};
}

// Resizes [1, c, h, w] like PyTorch's interpolate with antialias: a cubic filter as wide as the
// reduction requires.
torch::Tensor resized(const torch::Tensor& picture, const ImageSize& size) {
  namespace F = torch::nn::functional;
  if (picture.size(2) == size.height && picture.size(3) == size.width) return picture;
  return F::interpolate(picture, F::InterpolateFuncOptions()
                                     .size(std::vector<std::int64_t>{size.height, size.width})
                                     .mode(torch::kBicubic)
                                     .align_corners(false)
                                     .antialias(true));
}

// The picture in that size, [c, h, w]; uncovered parts show the background.
torch::Tensor fitted(Image& image, const ImageSize& size, Fit fit, const Rgb& background) {
  const ImageSize whole{image.width, image.height};
  const ImageSize shown = fit == Fit::kCrop ? largest_within(whole, size) : whole;
  const ImageSize inner = fit == Fit::kPad ? largest_within(size, whole) : size;
  const auto part = torch::from_blob(image.pixels.data(),
                                     {1, image.height, image.width, image.channels}, torch::kUInt8)
                        .narrow(1, (whole.height - shown.height) / 2, shown.height)
                        .narrow(2, (whole.width - shown.width) / 2, shown.width)
                        .permute({0, 3, 1, 2})
                        .contiguous();
  const auto picture = resized(part, inner)[0];
  if (inner == size) return picture;
  const std::int64_t left = (size.width - inner.width) / 2;
  const std::int64_t top = (size.height - inner.height) / 2;
  auto canvas = torch::empty({image.channels, size.height, size.width}, torch::kUInt8);
  for (std::int64_t c = 0; c < image.channels; ++c) {
    const bool grey = image.channels == 1;
    canvas[c].fill_(grey ? luma(background) : background[static_cast<std::size_t>(c)]);
  }
  canvas.narrow(1, top, inner.height).narrow(2, left, inner.width).copy_(picture);
  return canvas;
}

// The result for one file.
struct Outcome {
  std::string problem;  // "": no problem
  bool transparent = false;
};

// Decodes the picture into `item`.
Outcome decode_into(const torch::Tensor& item, const fs::path& path, const DecodeOptions& options,
                    Fit fit) {
  try {
    auto picture = decode_file(path, options);
    item.copy_(fitted(picture.image, {item.size(2), item.size(1)}, fit, options.background));
    return {"", picture.transparent};
  } catch (const Error& error) {
    return {error.what()};
  }
}

// Decodes into samples[first], samples[first + 1], …
std::vector<Outcome> decode_some(std::span<const PictureFile> files, torch::Tensor samples,
                                 const DecodeOptions& options, Fit fit) {
  std::vector<Outcome> outcomes(files.size());
  at::parallel_for(0, static_cast<std::int64_t>(files.size()), 1,
                   [&](std::int64_t begin, std::int64_t end) {
                     const torch::NoGradGuard no_grad;
                     for (std::int64_t i = begin; i < end; ++i) {
                       const auto place = static_cast<std::size_t>(i);
                       outcomes[place] = decode_into(samples[i], files[place].path, options, fit);
                     }
                   });
  return outcomes;
}

// Reads pictures to the front of data.samples; a bad one throws or is skipped.
class FolderReader {
 public:
  FolderReader(const DataConfig& config, const PictureList& list)
      : config_(config), options_(decode_options(config)), list_(list), files_(list.files) {
    const auto n = static_cast<std::int64_t>(files_.size());
    data_.source = config.path;
    data_.shape = {config.channels, config.image_size.height, config.image_size.width};
    data_.class_names = list.classes;
    const bool store = stays_on_disk(config, n, data_.shape.size());
    if (store) {
      const std::int64_t bytes = n * data_.shape.size();
      scratch_.emplace(RandomAccessFile::scratch(static_cast<std::uint64_t>(bytes)));
    } else {
      check_memory(config, n, data_.shape.size());
    }
    // If they go to disk, no more are held in memory than are decoded at once.
    const std::int64_t held = store ? std::int64_t{kAtOnce} : n;
    const auto [channels, height, width] = data_.shape;
    data_.samples = torch::empty({held, channels, height, width}, torch::kUInt8);
    data_.labels = torch::empty({n}, torch::kInt64);
  }

  Dataset read() {
    for (std::size_t first = 0; first < files_.size(); first += kAtOnce) {
      const auto some = files_.subspan(first, std::min(kAtOnce, files_.size() - first));
      const auto place = static_cast<std::int64_t>(first);
      report_long_work("reading pictures", place, static_cast<std::int64_t>(files_.size()));
      const auto images = scratch_ ? data_.samples : data_.samples.slice(0, place);
      const auto outcomes = decode_some(some, images, options_, config_.fit);
      for (std::size_t i = 0; i < some.size(); ++i) {
        keep(some[i], outcomes[i], images[static_cast<std::int64_t>(i)]);
      }
    }
    return finish();
  }

 private:
  void keep(const PictureFile& file, const Outcome& outcome, const torch::Tensor& image) {
    if (outcome.problem.empty()) {
      if (scratch_) {
        scratch_->append({image.const_data_ptr<std::uint8_t>(), image.nbytes()});
      } else if (const auto place = data_.samples[good_];
                 place.const_data_ptr() != image.const_data_ptr()) {
        place.copy_(image);
      }
      data_.labels[good_++] = file.label;
      transparent_ += outcome.transparent ? 1 : 0;
      return;
    }
    if (!config_.skip_bad)
      throw run_error(outcome.problem, "; remove it, or set data.skip_bad = true");
    if (++bad_ <= kMaxNamed) log::warning("skipped: " + outcome.problem);
  }

  // A summary line for the log: "photos: 3,786 pictures in 10 classes (cat, …); skipped: …".
  std::string account() const {
    constexpr std::size_t kMaxNames = 10;
    const std::size_t classes = list_.classes.size(), bare = list_.without_pictures.size();
    std::string text =
        str(data_.source, ": ", grouped(good_), good_ == 1 ? " picture" : " pictures");
    if (classes > 0) {
      text +=
          str(" in ", grouped(static_cast<std::int64_t>(classes)),
              classes == 1 ? " class (" : " classes (", join_first(list_.classes, kMaxNames), ")");
    }
    std::vector<std::string> others;
    if (!list_.skipped.empty()) others.push_back(list_.skipped_text());
    if (bad_ > 0) others.push_back(grouped(bad_) + " damaged");
    if (bare > 0) {
      others.push_back(str(bare, bare == 1 ? " folder" : " folders", " without pictures (",
                           join_first(list_.without_pictures, kMaxNames), ")"));
    }
    return others.empty() ? text : text + "; skipped: " + join(others, ", ");
  }

  Dataset finish() {
    if (transparent_ > 0) {
      log::info(str(data_.source, ": pictures with transparent parts: ", transparent_, " of ",
                    good_, "; ", config_.background, " shows through (data.background)"));
    }
    if (bad_ > 0) log::warning(str(bad_, " of ", files_.size(), " image files were passed over"));
    log::info(account());
    if (good_ == 0) throw run_error(data_.source, ": none of its image files can be read");
    data_.samples = scratch_ ? torch::Tensor() : data_.samples.narrow(0, 0, good_);
    if (scratch_) {
      data_.stored = std::make_shared<const StoredImages>(
          std::move(*scratch_), 0, data_.shape, StoredImages::Order::kChannelsFirst, good_);
    }
    data_.labels = files_.front().label < 0 ? torch::Tensor() : data_.labels.narrow(0, 0, good_);
    return std::move(data_);
  }

  DataConfig config_;
  DecodeOptions options_;
  const PictureList& list_;
  std::span<const PictureFile> files_;
  Dataset data_;
  std::optional<RandomAccessFile> scratch_;  // set if the images stay on disk
  std::int64_t good_ = 0;
  std::int64_t bad_ = 0;
  std::int64_t transparent_ = 0;
};

// Sizes and colours of a sample of a folder's pictures.
struct PictureStatistics {
  std::int64_t pictures = 0;
  std::int64_t coloured = 0;
  std::vector<std::int64_t> sides;  // the shorter side of each
};

// True if more than one pixel in a thousand is clearly coloured.
bool is_coloured(const Image& rgb) {
  constexpr int kClearly = 24;
  std::int64_t count = 0;
  for (std::size_t i = 0; i + 2 < rgb.pixels.size(); i += 3) {
    const auto [min, max] = std::minmax({rgb.pixels[i], rgb.pixels[i + 1], rgb.pixels[i + 2]});
    count += max - min > kClearly ? 1 : 0;
  }
  return 1000 * count > rgb.width * rgb.height;
}

// Samples up to 64 pictures, spread over the folder. FolderReader reports unreadable ones.
PictureStatistics picture_statistics(DecodeOptions options, std::span<const PictureFile> files) {
  constexpr std::size_t kSome = 64;
  options.channels = 3;
  options.side = kSizes.back();
  const std::size_t n = std::min(kSome, files.size());
  std::vector<std::optional<std::pair<std::int64_t, bool>>> results(n);
  at::parallel_for(0, static_cast<std::int64_t>(n), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); std::cmp_less(i, end); ++i) {
      const fs::path& path = files[i * files.size() / n].path;
      try {
        const auto picture = decode_file(path, options);
        results[i] = {std::min(picture.width, picture.height), is_coloured(picture.image)};
      } catch (const Error&) {
        continue;
      }
    }
  });
  PictureStatistics statistics;
  for (const auto& picture : results) {
    if (!picture) continue;
    ++statistics.pictures;
    statistics.sides.push_back(picture->first);
    statistics.coloured += picture->second ? 1 : 0;
  }
  return statistics;
}

// The one of kSizes closest to the median of `sides`.
std::int64_t nearest_size(std::vector<std::int64_t> sides) {
  if (sides.empty()) return kSizes.back();
  const auto middle = sides.begin() + static_cast<std::ptrdiff_t>(sides.size() / 2);
  std::nth_element(sides.begin(), middle, sides.end());
  return *std::ranges::min_element(kSizes, {},
                                   [&](std::int64_t size) { return std::abs(size - *middle); });
}

// Fills in size and channels if the config leaves them open, and logs them.
DataConfig with_picture_shape(DataConfig config, std::span<const PictureFile> files) {
  if (config.image_size != 0 && config.channels > 0) return config;
  const PictureStatistics sample = picture_statistics(decode_options(config), files);
  if (config.image_size == 0) config.image_size = nearest_size(sample.sides);
  if (config.channels == 0) config.channels = 2 * sample.coloured >= sample.pictures ? 3 : 1;
  log::info(str(config.path, ": pictures will be ", config.image_size.width, "x",
                config.image_size.height, config.channels == 3 ? " in colour" : " in grey",
                " (data.image_size, data.channels); ", sample.pictures, " pictures examined"));
  return config;
}

void limit(std::vector<PictureFile>& files, std::int64_t max) {
  if (max == 0) return;
  std::vector<std::int64_t> labels;
  for (const auto& file : files) labels.push_back(std::max<std::int64_t>(0, file.label));
  const auto kept = spread_over_classes(torch::tensor(labels, torch::kInt64), max);
  std::vector<PictureFile> some;
  for (std::int64_t i = 0; i < kept.size(0); ++i) {
    some.push_back(
        std::move(files[static_cast<std::size_t>(kept.const_data_ptr<std::int64_t>()[i])]));
  }
  files = std::move(some);
}

Dataset load_folder(const DataConfig& config) {
  auto list = list_pictures(config.path);
  limit(list.files, config.limit);
  return FolderReader(with_picture_shape(config, list.files), list).read();
}

}  // namespace

extern const DatasetLoader kFolder = {
    .kind = DatasetKind::kFolder,
    .help =
        "PNG, JPEG and WebP files, resized and cropped; folders in the folder are classes "
        "(data.path)",
    .load = load_folder,
    .is_at = holds_pictures,
    .may_be_stored = true};

}  // namespace gan
