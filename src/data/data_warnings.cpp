#include <algorithm>
#include <string>
#include <vector>

#include <torch/types.h>

#include "core/text.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/data/dataset.hpp"

namespace gan {
namespace {

// A sample of items, spread over the whole data set.
torch::Tensor sampled_items(const Dataset& data) {
  constexpr std::int64_t kLookedAt = 256;
  const std::int64_t n = std::min(data.size(), kLookedAt);
  return data.items(torch::arange(n).mul(data.size()).div(n, "floor"));
}

// "" if the pixels use enough of 0 to 255.
std::string warn_of_levels(const Dataset& data) {
  constexpr int kFewLevels = 32;  // range of all pixels
  constexpr int kFlat = 8;        // range within one channel of one image
  const auto items = sampled_items(data);
  const auto min = items.min().item<int>(), max = items.max().item<int>();
  if (max - min < kFewLevels) {
    return str(data.source, ": the pixels of a sample are all from ", min, " to ", max,
               " out of 0 to 255, ", max < kFewLevels ? "nearly black" : "nearly all alike",
               "; scale the images to the whole range before training");
  }
  const auto flat = (items.amax({2, 3}) - items.amin({2, 3})).amax(1).lt(kFlat);
  const auto share = flat.to(torch::kFloat64).mean().item<double>();
  if (share <= 0.5) return "";
  return str(data.source, formatted(": %.0f %% of a sample of its images have a single colour; "
                                    "is this the right data?",
                                    100.0 * share));
}

}  // namespace

std::vector<std::string> data_warnings(const Config& config, const Dataset& data) {
  std::vector<std::string> warnings;
  if (data.has_pixels()) {
    if (auto levels = warn_of_levels(data); !levels.empty()) warnings.push_back(std::move(levels));
  }
  const Classes classes = find_classes(config.model, data);
  if (const auto labels = classes.labels(); labels.size() == 1) {
    warnings.push_back(str("model.conditional: ", config.model.conditional,
                           " needs several classes, but ", "all images of ", data.source,
                           " are of one (", printable(classes.name(labels[0])),
                           "); a class is a folder in ", "data.path, or a number in data.labels"));
  }
  if (config.augment.saturation > 0 && data.shape.channels == 1) {
    warnings.push_back(str("augment.saturation: changes nothing, since the images of ", data.source,
                           " are grey; leave it out"));
  }
  return warnings;
}

std::string few_images_advice(const Config& config, const Dataset& data) {
  constexpr std::int64_t kFew = 200;
  const bool augmented = config.augment.mirror || config.augment.changes_views();
  const bool meant = config.data.limit > 0 || !data.has_pixels() || is_synthetic(config.data);
  if (data.size() >= kFew || augmented || meant) return "";
  return str(data.source, ": only ", counted(data.size(), "image"), ", which D may memorise; ",
             "set augment.translation = 0.125, augment.cutout = 0.5 and augment.brightness = 0.5, ",
             "and augment.mirror = true if images may be flipped left to right");
}

}  // namespace gan
