#include "models/graph.hpp"

#include <gtest/gtest.h>
#include <set>
#include <utility>

#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/upsampling.h>

#include "gan_train/models/networks.hpp"
#include "message.hpp"

namespace gan {
namespace {

namespace nn = torch::nn;

std::string ops_of(const Graph& graph) {
  std::string ops;
  for (const auto& node : graph.nodes) ops += (ops.empty() ? "" : " ") + node.op;
  return ops;
}

Graph graph_of(const ModelConfig& config, const ImageShape& image, std::int64_t classes = 0) {
  auto nets = make_networks(config, image, 1, classes);
  nets.generator->eval();
  return generator_graph(nets.generator, config.latent_dim, classes, image);
}

TEST(Graph, IsTheLayersByOnnxsNames) {
  ModelConfig config;
  config.generator_widths = {4};
  config.generator_norm = true;
  config.norm_eps = 0.125;
  const Graph graph = graph_of(config, {1, 2, 3});
  EXPECT_EQ(std::get<float>(graph.nodes[1].attributes.at(0).second), 0.125F);
  EXPECT_EQ(ops_of(graph), "Gemm BatchNormalization LeakyRelu Gemm Tanh Reshape");
  EXPECT_EQ(graph.inputs.size(), 1u);
  EXPECT_EQ(graph.nodes.front().inputs, (std::vector<std::string>{"z", "0.weight", "0.bias"}));
  EXPECT_EQ(graph.nodes.back().output, "image");
  EXPECT_EQ(graph.output.shape, (std::vector<std::int64_t>{1, 2, 3}));
  EXPECT_EQ(graph.tensors.front().shape, (std::vector<std::int64_t>{4, 100}));
}

TEST(Graph, HasEveryValueBeforeItIsUsed) {
  ModelConfig config;
  config.generator_widths = {8, 4};
  config.discriminator_widths = {4};
  config.conditional = Conditional::kAcgan;
  for (const Arch arch : {Arch::kDcgan, Arch::kResnet}) {
    for (const std::int64_t side : {16, 19}) {
      config.arch = arch;
      config.upsampling = Upsampling::kNearest;
      config.kernel = 5;
      const Graph graph = graph_of(config, {3, side, side}, 7);
      std::set<std::string> known = {"z", "class", ""};
      for (const auto& tensor : graph.tensors) EXPECT_TRUE(known.insert(tensor.name).second);
      for (const auto& node : graph.nodes) {
        for (const auto& input : node.inputs) EXPECT_TRUE(known.contains(input)) << input;
        EXPECT_TRUE(known.insert(node.output).second) << node.output;
      }
      EXPECT_EQ(ops_of(graph).find("Slice") != std::string::npos, side == 19);
    }
  }
}

TEST(Graph, RefusesWhatItDoesNotKnow) {
  const auto refused = [](auto layer, std::vector<std::int64_t> shape) {
    nn::Sequential net(nn::Linear(2, 16), nn::Unflatten(nn::UnflattenOptions(1, std::move(shape))),
                       layer);
    net->eval();
    return message_of([&] { generator_graph(net, 2, 0, {1, 4, 4}); });
  };
  EXPECT_EQ(refused(nn::Softplus(), {1, 4, 4}),
            "layer 2 (torch::nn::SoftplusImpl) can't be exported; src/models/graph.cpp lists those "
            "that can");
  using Scale = std::vector<double>;
  EXPECT_NE(refused(nn::Upsample(nn::UpsampleOptions().scale_factor(Scale{4, 4})), {1, 4, 4})
                .find("other than to twice the size"),
            std::string::npos);
  EXPECT_NE(refused(nn::Conv2d(nn::Conv2dOptions(4, 4, 1).groups(2)), {4, 2, 2}).find("in groups"),
            std::string::npos);
}

}  // namespace
}  // namespace gan
