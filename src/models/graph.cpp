#include "models/graph.hpp"

#include <algorithm>
#include <array>

#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/upsampling.h>
#include <torch/utils.h>

#include "gan_train/core/error.hpp"
#include "models/batch_norm.hpp"
#include "models/convolution.hpp"
#include "models/map_layout.hpp"
#include "models/residual.hpp"
#include "models/upsampled_conv.hpp"

namespace gan {
namespace {

namespace nn = torch::nn;
using LayerSizes = std::vector<std::int64_t>;

// A layer being added to a graph.
struct Layer {
  std::string path;     // its name in the module tree: "3.branch.0"
  std::string input;    // name of its input value
  LayerSizes from, to;  // sizes before and after it, for a batch of one
};

class GraphBuilder {
 public:
  explicit GraphBuilder(Graph& graph) : graph_(graph) {}

  // Adds an operator; returns the name of its output.
  std::string add(std::string op, std::vector<std::string> inputs, std::string output,
                  std::vector<std::pair<std::string, GraphAttribute>> attributes = {}) {
    while (!inputs.empty() && inputs.back().empty()) inputs.pop_back();
    graph_.nodes.push_back({std::move(op), std::move(inputs), output, std::move(attributes)});
    return output;
  }

  // Adds a parameter or buffer; returns "" if the layer has none.
  std::string tensor(const Layer& layer, const char* name, const torch::Tensor& tensor) {
    if (!tensor.defined()) return "";
    const auto flat = tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
    const auto* data = flat.const_data_ptr<float>();
    return constant(layer.path + "." + name, tensor.sizes().vec(),
                    std::vector<float>(data, data + flat.numel()));
  }

  template <typename Number>
  std::string constant(std::string name, LayerSizes shape, std::vector<Number> values) {
    graph_.tensors.push_back({name, std::move(shape), std::move(values)});
    return name;
  }

  std::string sequence(const nn::SequentialImpl& net, const std::string& prefix, std::string value,
                       const LayerSizes& from);

 private:
  Graph& graph_;
};

// ── One function per layer: adds its operators, returns the name of their output ──

std::string emit_linear(GraphBuilder& to, nn::LinearImpl& linear, const Layer& layer) {
  return to.add("Gemm",
                {layer.input, to.tensor(layer, "weight", linear.weight),
                 to.tensor(layer, "bias", linear.bias)},
                layer.path, {{"transB", std::int64_t{1}}});
}

template <typename Norm>
std::string emit_norm(GraphBuilder& to, Norm& norm, const Layer& layer) {
  return to.add(
      "BatchNormalization",
      {layer.input, to.tensor(layer, "weight", norm.weight), to.tensor(layer, "bias", norm.bias),
       to.tensor(layer, "running_mean", norm.running_mean),
       to.tensor(layer, "running_var", norm.running_var)},
      layer.path, {{"epsilon", static_cast<float>(norm.options.eps())}});
}

template <typename Convolution>
std::string emit_conv(GraphBuilder& to, Convolution& conv, const Layer& layer) {
  const auto& options = conv.options;
  const auto* padding = std::get_if<torch::ExpandingArray<2>>(&options.padding());
  if (padding == nullptr || options.groups() != 1 || *options.dilation() != std::array{1L, 1L}) {
    throw run_error("layer ", layer.path, ": a convolution in groups, dilated or padded by name ",
                    "can't be exported");
  }
  const auto& [top, left] = **padding;
  std::vector<std::pair<std::string, GraphAttribute>> attributes = {
      {"strides", torch::IntArrayRef(*options.stride()).vec()},
      {"pads", LayerSizes{top, left, top, left}}};
  if (options.transposed()) {
    attributes.emplace_back("output_padding", torch::IntArrayRef(*options.output_padding()).vec());
  }
  return to.add(
      options.transposed() ? "ConvTranspose" : "Conv",
      {layer.input, to.tensor(layer, "weight", conv.weight), to.tensor(layer, "bias", conv.bias)},
      layer.path, std::move(attributes));
}

// Doubles the size by nearest neighbours; for images of odd sizes 2x - 1, drops the last row and
// column.
std::string emit_doubling(GraphBuilder& to, const Layer& layer, std::string output) {
  const std::int64_t height = layer.to[2], width = layer.to[3];
  if ((height + 1) / 2 != layer.from[2] || (width + 1) / 2 != layer.from[3]) {
    throw run_error("layer ", layer.path, ": an upsampling other than to twice the size can't be ",
                    "exported");
  }
  const bool cut = height % 2 != 0 || width % 2 != 0;
  auto doubled = to.add(
      "Resize",
      {layer.input, "", to.constant(layer.path + ".scales", {4}, std::vector<float>{1, 1, 2, 2})},
      cut ? output + ".doubled" : output,
      {{"mode", std::string("nearest")},
       {"coordinate_transformation_mode", std::string("asymmetric")},
       {"nearest_mode", std::string("floor")}});
  if (!cut) return doubled;
  return to.add("Slice",
                {doubled, to.constant(layer.path + ".starts", {2}, LayerSizes{0, 0}),
                 to.constant(layer.path + ".ends", {2}, LayerSizes{height, width}),
                 to.constant(layer.path + ".axes", {2}, LayerSizes{2, 3})},
                std::move(output));
}

std::string emit_upsample(GraphBuilder& to, nn::UpsampleImpl& upsample, const Layer& layer) {
  if (!std::holds_alternative<torch::enumtype::kNearest>(upsample.options.mode())) {
    throw run_error("layer ", layer.path, ": only upsampling by nearest neighbours is exported");
  }
  return emit_doubling(to, layer, layer.path);
}

std::string emit_upsampled_conv(GraphBuilder& to, UpsampledConv2dImpl& conv, const Layer& layer) {
  Layer second = layer;
  second.input = emit_doubling(to, layer, layer.path + ".upsampled");
  return emit_conv(to, conv, second);
}

template <typename Unflatten>
std::string emit_unflatten(GraphBuilder& to, Unflatten&, const Layer& layer) {
  LayerSizes shape = layer.to;
  shape[0] = -1;
  const auto rank = static_cast<std::int64_t>(shape.size());
  return to.add("Reshape", {layer.input, to.constant(layer.path + ".shape", {rank}, shape)},
                layer.path);
}

std::string emit_leaky_relu(GraphBuilder& to, nn::LeakyReLUImpl& relu, const Layer& layer) {
  const auto slope = static_cast<float>(relu.options.negative_slope());
  return to.add("LeakyRelu", {layer.input}, layer.path, {{"alpha", slope}});
}

std::string emit_relu(GraphBuilder& to, nn::ReLUImpl&, const Layer& layer) {
  return to.add("Relu", {layer.input}, layer.path);
}

std::string emit_tanh(GraphBuilder& to, nn::TanhImpl&, const Layer& layer) {
  return to.add("Tanh", {layer.input}, layer.path);
}

std::string emit_sigmoid(GraphBuilder& to, nn::SigmoidImpl&, const Layer& layer) {
  return to.add("Sigmoid", {layer.input}, layer.path);
}

std::string emit_nothing(GraphBuilder&, nn::IdentityImpl&, const Layer& layer) {
  return layer.input;
}

std::string emit_residual(GraphBuilder& to, ResidualImpl& residual, const Layer& layer) {
  const auto part = [&](const char* name) {
    const auto net = residual.named_children()[name];
    return to.sequence(*net->as<nn::SequentialImpl>(), layer.path + "." + name + ".", layer.input,
                       layer.from);
  };
  const auto shortcut = part("shortcut");
  return to.add("Add", {shortcut, part("branch")}, layer.path);
}

// ── Table of these functions ──

// Returns false for a layer of another type.
using Emit = bool (*)(GraphBuilder&, nn::Module&, const Layer&, std::string& output);

template <typename Type, std::string (*emit)(GraphBuilder&, Type&, const Layer&)>
bool emit_as(GraphBuilder& to, nn::Module& module, const Layer& layer, std::string& output) {
  auto* typed = module.as<Type>();
  if (typed != nullptr) output = emit(to, *typed, layer);
  return typed != nullptr;
}

constexpr Emit kEmitters[] = {
    emit_as<nn::LinearImpl, emit_linear>,
    emit_as<nn::BatchNorm1dImpl, emit_norm>,
    emit_as<nn::BatchNorm2dImpl, emit_norm>,
    emit_as<SyncBatchNormImpl<1>, emit_norm>,
    emit_as<SyncBatchNormImpl<2>, emit_norm>,
    emit_as<nn::Conv2dImpl, emit_conv>,
    emit_as<nn::ConvTranspose2dImpl, emit_conv>,
    emit_as<Conv2dImpl, emit_conv>,
    emit_as<ConvTranspose2dImpl, emit_conv>,
    emit_as<UpsampledConv2dImpl, emit_upsampled_conv>,
    emit_as<nn::UpsampleImpl, emit_upsample>,
    emit_as<ResidualImpl, emit_residual>,
    emit_as<nn::UnflattenImpl, emit_unflatten>,
    emit_as<UnflattenMapsImpl, emit_unflatten>,
    emit_as<nn::IdentityImpl, emit_nothing>,
    emit_as<nn::LeakyReLUImpl, emit_leaky_relu>,
    emit_as<nn::ReLUImpl, emit_relu>,
    emit_as<nn::TanhImpl, emit_tanh>,
    emit_as<nn::SigmoidImpl, emit_sigmoid>,
};

// Also runs each layer once, on zeros, to find its output sizes.
std::string GraphBuilder::sequence(const nn::SequentialImpl& net, const std::string& prefix,
                                   std::string value, const LayerSizes& from) {
  auto image = torch::zeros(from);
  for (const auto& child : net.named_children()) {
    const auto& name = child.key();
    auto& module = *child.value();
    const auto before = image.sizes().vec();
    nn::AnyModule runner = *(net.begin() + std::stol(name));
    image = runner.forward(image);
    const Layer layer{prefix + name, value, before, image.sizes().vec()};
    const bool known = std::ranges::any_of(
        kEmitters, [&](Emit emit) { return emit(*this, module, layer, value); });
    if (!known) {
      throw run_error("layer ", layer.path, " (", module.name(), ") can't be exported; ",
                      "src/models/graph.cpp lists those that can");
    }
  }
  return value;
}

}  // namespace

Graph generator_graph(const torch::nn::Sequential& generator, std::int64_t latent_dim,
                      std::int64_t class_count, const ImageShape& image) {
  const torch::NoGradGuard no_grad;
  Graph graph;
  GraphBuilder builder(graph);
  graph.inputs.push_back({"z", {latent_dim}});
  std::string value = "z";
  if (class_count > 0) {
    graph.inputs.push_back({"class", {}, /*whole=*/true});
    const auto one_hot =
        builder.add("OneHot",
                    {"class", builder.constant("class.count", {}, LayerSizes{class_count}),
                     builder.constant("class.values", {2}, std::vector<float>{0, 1})},
                    "class.one_hot");
    value = builder.add("Concat", {value, one_hot}, "input", {{"axis", std::int64_t{1}}});
  }
  builder.sequence(*generator, "", value, {1, latent_dim + class_count});
  graph.nodes.back().output = "image";
  graph.output = {"image", {image.channels, image.height, image.width}};
  return graph;
}

}  // namespace gan
