#include "models/inception_v3.hpp"

#include <array>
#include <string_view>
#include <vector>

#include <torch/nn/functional/pooling.h>
#include <torch/utils.h>

#include "models/map_layout.hpp"

namespace gan {
namespace {

using Shape = std::array<std::int64_t, 4>;

// A convolution and its name in the network.
struct InceptionLayer {
  std::string name;
  Shape shape;  // out, in, kernel height and width
  std::int64_t stride = 1;
  bool padded = true;  // keeps the size
};
using InceptionLayers = std::vector<InceptionLayer>;

void add_block(InceptionLayers& layers, const std::string& block, const InceptionLayers& its) {
  for (InceptionLayer layer : its) {
    layer.name = block + '.' + layer.name;
    layers.push_back(std::move(layer));
  }
}

InceptionLayers stem_layers() {
  return {{"Conv2d_1a_3x3", {32, 3, 3, 3}, 2, false},
          {"Conv2d_2a_3x3", {32, 32, 3, 3}, 1, false},
          {"Conv2d_2b_3x3", {64, 32, 3, 3}},
          {"Conv2d_3b_1x1", {80, 64, 1, 1}},
          {"Conv2d_4a_3x3", {192, 80, 3, 3}, 1, false}};
}

InceptionLayers a_layers(std::int64_t in, std::int64_t pooled) {
  return {{"branch1x1", {64, in, 1, 1}},      {"branch5x5_1", {48, in, 1, 1}},
          {"branch5x5_2", {64, 48, 5, 5}},    {"branch3x3dbl_1", {64, in, 1, 1}},
          {"branch3x3dbl_2", {96, 64, 3, 3}}, {"branch3x3dbl_3", {96, 96, 3, 3}},
          {"branch_pool", {pooled, in, 1, 1}}};
}

InceptionLayers b_layers(std::int64_t in) {
  return {{"branch3x3", {384, in, 3, 3}, 2, false},
          {"branch3x3dbl_1", {64, in, 1, 1}},
          {"branch3x3dbl_2", {96, 64, 3, 3}},
          {"branch3x3dbl_3", {96, 96, 3, 3}, 2, false}};
}

InceptionLayers c_layers(std::int64_t in, std::int64_t c) {
  return {{"branch1x1", {192, in, 1, 1}},     {"branch7x7_1", {c, in, 1, 1}},
          {"branch7x7_2", {c, c, 1, 7}},      {"branch7x7_3", {192, c, 7, 1}},
          {"branch7x7dbl_1", {c, in, 1, 1}},  {"branch7x7dbl_2", {c, c, 7, 1}},
          {"branch7x7dbl_3", {c, c, 1, 7}},   {"branch7x7dbl_4", {c, c, 7, 1}},
          {"branch7x7dbl_5", {192, c, 1, 7}}, {"branch_pool", {192, in, 1, 1}}};
}

InceptionLayers d_layers(std::int64_t in) {
  return {{"branch3x3_1", {192, in, 1, 1}},    {"branch3x3_2", {320, 192, 3, 3}, 2, false},
          {"branch7x7x3_1", {192, in, 1, 1}},  {"branch7x7x3_2", {192, 192, 1, 7}},
          {"branch7x7x3_3", {192, 192, 7, 1}}, {"branch7x7x3_4", {192, 192, 3, 3}, 2, false}};
}

InceptionLayers e_layers(std::int64_t in) {
  return {{"branch1x1", {320, in, 1, 1}},        {"branch3x3_1", {384, in, 1, 1}},
          {"branch3x3_2a", {384, 384, 1, 3}},    {"branch3x3_2b", {384, 384, 3, 1}},
          {"branch3x3dbl_1", {448, in, 1, 1}},   {"branch3x3dbl_2", {384, 448, 3, 3}},
          {"branch3x3dbl_3a", {384, 384, 1, 3}}, {"branch3x3dbl_3b", {384, 384, 3, 1}},
          {"branch_pool", {192, in, 1, 1}}};
}

InceptionLayers all_layers() {
  InceptionLayers layers = stem_layers();
  add_block(layers, "Mixed_5b", a_layers(192, 32));
  add_block(layers, "Mixed_5c", a_layers(256, 64));
  add_block(layers, "Mixed_5d", a_layers(288, 64));
  add_block(layers, "Mixed_6a", b_layers(288));
  add_block(layers, "Mixed_6b", c_layers(768, 128));
  add_block(layers, "Mixed_6c", c_layers(768, 160));
  add_block(layers, "Mixed_6d", c_layers(768, 160));
  add_block(layers, "Mixed_6e", c_layers(768, 192));
  add_block(layers, "Mixed_7a", d_layers(768));
  add_block(layers, "Mixed_7b", e_layers(1280));
  add_block(layers, "Mixed_7c", e_layers(2048));
  return layers;
}

torch::Tensor halved(const torch::Tensor& maps) { return torch::max_pool2d(maps, 3, 2); }

// TensorFlow's average pooling does not count the padding.
torch::Tensor averaged(const torch::Tensor& maps) {
  return torch::avg_pool2d(maps, 3, 1, 1, /*ceil_mode=*/false, /*count_include_pad=*/false);
}

}  // namespace

InceptionV3::InceptionV3(const std::filesystem::path& path, torch::Device device,
                         torch::ScalarType precision)
    : precision_(precision) {
  constexpr double kInceptionEpsilon = 1e-3;
  const FrozenWeights weights(path, device);
  for (const InceptionLayer& layer : all_layers()) {
    ConvolutionOptions options{.stride = layer.stride};
    if (layer.padded) options.padding = {layer.shape[2] / 2, layer.shape[3] / 2};
    auto made = weights.take(layer.name + ".conv", layer.name + ".bn", layer.shape, options,
                             kInceptionEpsilon);
    made.weight = made.weight.to(precision);
    made.bias = made.bias.to(precision);
    convolutions_.emplace(layer.name, std::move(made));
  }
  head_ = weights.take("fc.weight", {kClasses, kFeatures});
}

torch::Tensor InceptionV3::conv(const std::string& name, const torch::Tensor& maps) const {
  return convolutions_.at(name)(maps).relu_();
}

torch::Tensor InceptionV3::block_a(const std::string& name, const torch::Tensor& x) const {
  const auto at = [&](const char* layer, const torch::Tensor& maps) {
    return conv(name + '.' + layer, maps);
  };
  return torch::cat({at("branch1x1", x), at("branch5x5_2", at("branch5x5_1", x)),
                     at("branch3x3dbl_3", at("branch3x3dbl_2", at("branch3x3dbl_1", x))),
                     at("branch_pool", averaged(x))},
                    1);
}

torch::Tensor InceptionV3::block_b(const std::string& name, const torch::Tensor& x) const {
  const auto at = [&](const char* layer, const torch::Tensor& maps) {
    return conv(name + '.' + layer, maps);
  };
  return torch::cat(
      {at("branch3x3", x), at("branch3x3dbl_3", at("branch3x3dbl_2", at("branch3x3dbl_1", x))),
       halved(x)},
      1);
}

torch::Tensor InceptionV3::block_c(const std::string& name, const torch::Tensor& x) const {
  const auto at = [&](const char* layer, const torch::Tensor& maps) {
    return conv(name + '.' + layer, maps);
  };
  const auto two = at("branch7x7_3", at("branch7x7_2", at("branch7x7_1", x)));
  const auto half = at("branch7x7dbl_3", at("branch7x7dbl_2", at("branch7x7dbl_1", x)));
  const auto four = at("branch7x7dbl_5", at("branch7x7dbl_4", half));
  return torch::cat({at("branch1x1", x), two, four, at("branch_pool", averaged(x))}, 1);
}

torch::Tensor InceptionV3::block_d(const std::string& name, const torch::Tensor& x) const {
  const auto at = [&](const char* layer, const torch::Tensor& maps) {
    return conv(name + '.' + layer, maps);
  };
  const auto seven = at("branch7x7x3_3", at("branch7x7x3_2", at("branch7x7x3_1", x)));
  return torch::cat(
      {at("branch3x3_2", at("branch3x3_1", x)), at("branch7x7x3_4", seven), halved(x)}, 1);
}

// The last block has a max pool, which is specific to this network.
torch::Tensor InceptionV3::block_e(const std::string& name, const torch::Tensor& x,
                                   bool last) const {
  const auto at = [&](const char* layer, const torch::Tensor& maps) {
    return conv(name + '.' + layer, maps);
  };
  const auto three = at("branch3x3_1", x);
  const auto double_three = at("branch3x3dbl_2", at("branch3x3dbl_1", x));
  const auto pooled = last ? torch::max_pool2d(x, 3, 1, 1) : averaged(x);
  return torch::cat({at("branch1x1", x), at("branch3x3_2a", three), at("branch3x3_2b", three),
                     at("branch3x3dbl_3a", double_three), at("branch3x3dbl_3b", double_three),
                     at("branch_pool", pooled)},
                    1);
}

torch::Tensor InceptionV3::features(const torch::Tensor& images) const {
  auto x = conv("Conv2d_1a_3x3", images.to(precision_).contiguous(kChannelsLast));
  x = halved(conv("Conv2d_2b_3x3", conv("Conv2d_2a_3x3", x)));
  x = halved(conv("Conv2d_4a_3x3", conv("Conv2d_3b_1x1", x)));
  for (const char* name : {"Mixed_5b", "Mixed_5c", "Mixed_5d"}) x = block_a(name, x);
  x = block_b("Mixed_6a", x);
  for (const char* name : {"Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"}) x = block_c(name, x);
  x = block_d("Mixed_7a", x);
  x = block_e("Mixed_7c", block_e("Mixed_7b", x, /*last=*/false), /*last=*/true);
  return x.to(torch::kFloat32).mean({2, 3});
}

torch::Tensor InceptionV3::logits(const torch::Tensor& features) const {
  return features.mm(head_.t());
}

}  // namespace gan
