#include "models/efficientnet_lite0.hpp"

#include <algorithm>
#include <string>

#include <torch/utils.h>

#include "core/text.hpp"
#include "models/map_layout.hpp"

namespace gan {
namespace {

constexpr double kLiteEpsilon = 1e-3;  // of its batch norms

// Consecutive blocks of one kind; the first has the stride and changes the channels.
struct Stage {
  std::int64_t blocks, kernel, stride, expansion, channels;
  bool map;  // whether maps() returns the last block's output
};
constexpr std::int64_t kStemChannels = 32;
constexpr std::array<Stage, 7> kStages = {{{1, 3, 1, 1, 16, false},
                                           {2, 3, 2, 6, 24, true},
                                           {2, 5, 2, 6, 40, true},
                                           {3, 3, 2, 6, 80, false},
                                           {3, 5, 1, 6, 112, true},
                                           {4, 5, 2, 6, 192, false},
                                           {1, 3, 1, 6, 320, true}}};

// TensorFlow's padding "SAME": the output has ceil(size / stride) positions; odd padding has its
// extra pixel on the right or at the bottom.
torch::Tensor same_padded(const FrozenConvolution& convolution, const torch::Tensor& maps) {
  const auto around = [&](std::int64_t dim) {
    const std::int64_t size = maps.size(dim), stride = convolution.options.stride;
    const std::int64_t places = (size + stride - 1) / stride;
    return std::max<std::int64_t>(0, (places - 1) * stride + convolution.weight.size(dim) - size);
  };
  const std::int64_t rows = around(2), columns = around(3);
  if (rows % 2 == 0 && columns % 2 == 0) {
    FrozenConvolution padded = convolution;
    padded.options.padding = {rows / 2, columns / 2};
    return padded(maps);
  }
  return convolution(torch::constant_pad_nd(
      maps, {columns / 2, columns - columns / 2, rows / 2, rows - rows / 2}));
}

// ReLU6.
torch::Tensor clipped(const torch::Tensor& maps) { return torch::clamp(maps, 0, 6); }

}  // namespace

EfficientNetLite0::EfficientNetLite0(const std::filesystem::path& path, torch::Device device) {
  const FrozenWeights weights(path, device);
  stem_ = weights.take("_conv_stem", "_bn0", {kStemChannels, 3, 3, 3}, {.stride = 2}, kLiteEpsilon);
  std::int64_t channels = kStemChannels;
  for (const Stage& stage : kStages) {
    for (std::int64_t i = 0; i < stage.blocks; ++i) {
      const std::string name = str("_blocks.", blocks_.size(), ".");
      const std::int64_t inner = channels * stage.expansion;
      Block block;
      if (stage.expansion > 1) {
        block.expand.push_back(weights.take(name + "_expand_conv", name + "_bn0",
                                            {inner, channels, 1, 1}, {}, kLiteEpsilon));
      }
      block.depthwise = weights.take(
          name + "_depthwise_conv", name + "_bn1", {inner, 1, stage.kernel, stage.kernel},
          {.stride = i == 0 ? stage.stride : 1, .groups = inner}, kLiteEpsilon);
      block.project = weights.take(name + "_project_conv", name + "_bn2",
                                   {stage.channels, inner, 1, 1}, {}, kLiteEpsilon);
      block.skip = i > 0;
      blocks_.push_back(std::move(block));
      channels = stage.channels;
    }
  }
  head_ = weights.take("_conv_head", "_bn1", {kFeatures, channels, 1, 1}, {}, kLiteEpsilon);
}

torch::Tensor EfficientNetLite0::Block::operator()(const torch::Tensor& maps) const {
  const auto inner = expand.empty() ? maps : clipped(expand.front()(maps));
  const auto made = project(clipped(same_padded(depthwise, inner)));
  return skip ? made + maps : made;
}

std::array<torch::Tensor, 4> EfficientNetLite0::maps(const torch::Tensor& images) const {
  auto x = clipped(same_padded(stem_, images.contiguous(kChannelsLast)));
  std::array<torch::Tensor, 4> found;
  std::size_t block = 0, place = 0;
  for (const Stage& stage : kStages) {
    for (std::int64_t i = 0; i < stage.blocks; ++i) x = blocks_[block++](x);
    if (stage.map) found.at(place++) = x;
  }
  return found;
}

torch::Tensor EfficientNetLite0::features(const torch::Tensor& images) const {
  return clipped(head_(maps(images).back())).mean({2, 3});
}

}  // namespace gan
