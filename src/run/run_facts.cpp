#include "run/run_facts.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include <ATen/Version.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/utils.h>
#include <torch/version.h>

#include "core/file.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "dist/ranks.hpp"
#include "gan_train/core/error.hpp"
#include "models/conditioning.hpp"

namespace gan {
namespace {

std::string shape_text(const torch::Tensor& tensor) {
  std::string text;
  for (const auto size : tensor.sizes().slice(1)) {
    text += (text.empty() ? "" : "x") + std::to_string(size);
  }
  return text.empty() ? "1" : text;
}

// Removes LibTorch's namespace.
std::string layer_text(const torch::nn::Module& module) {
  std::ostringstream out;
  module.pretty_print(out);
  std::string text = out.str();
  if (const auto prefix = text.find("torch::nn::"); prefix == 0) text.erase(0, 11);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::vector<LayerRow> describe(torch::nn::Sequential net, const torch::Tensor& input) {
  const torch::NoGradGuard no_grad;
  const bool training = net->is_training();
  net->eval();
  std::vector<LayerRow> rows;
  torch::Tensor x = input;
  for (auto& layer : *net) {
    x = layer.forward(x);
    const auto module = layer.ptr();
    rows.push_back({layer_text(*module), shape_text(x), x.numel(), count_parameters(*module)});
  }
  net->train(training);
  return rows;
}

}  // namespace

NetworkRows describe_networks(const Trainer& trainer) {
  const auto options = torch::TensorOptions(trainer.device());
  const std::int64_t pack = trainer.config().model.pack;
  const auto& shape = trainer.shape();
  const Conditioning& conditioning = trainer.conditioning();
  const auto classes = torch::zeros({pack}, options.dtype(torch::kInt64));
  const auto latents = torch::zeros({1, trainer.config().model.latent_dim}, options);
  const auto images = torch::zeros({pack, shape.channels, shape.height, shape.width}, options);
  return {
      describe(trainer.networks.generator,
               conditioning.generator_input(latents, classes.narrow(0, 0, 1))),
      describe(trainer.networks.discriminator, conditioning.discriminator_input(images, classes))};
}

static Json network_json(const torch::nn::Module& net, const std::vector<LayerRow>& rows) {
  Json layers = Json::array();
  for (const auto& row : rows) {
    layers.push_back(
        Json{{"layer", row.text}, {"output", row.shape}, {"parameters", row.parameters}});
  }
  return {{"parameters", count_parameters(net)}, {"layers", std::move(layers)}};
}

Json networks_json(const Trainer& trainer, const NetworkRows& rows) {
  const Networks& nets = trainer.networks;
  return {{"generator", network_json(*nets.generator, rows.generator)},
          {"discriminator", network_json(*nets.discriminator, rows.discriminator)}};
}

Json data_json(const Dataset& data) {
  const ImageShape& shape = data.shape;
  Json facts = {{"source", data.source},
                {"items", data.size()},
                {"shape", {shape.channels, shape.height, shape.width}},
                {"labelled", data.labels.defined()},
                {"on_disk", data.stored != nullptr}};
  const Classes classes = classes_of(data);
  if (data.stacked > 1 || classes.count == 0) return facts;
  Json items = Json::object();
  for (const std::int64_t label : classes.labels()) {
    items[classes.name(label)] = classes.images[static_cast<std::size_t>(label)];
  }
  facts["classes"] = std::move(items);
  return facts;
}

std::string run_facts(const Trainer& trainer, const Dataset& data) {
  const std::string processor = value_in("/proc/cpuinfo", "model name");
  return to_json(Json{{"gan_train", kVersion},
                      {"libtorch", TORCH_VERSION},
                      {"processor", processor.empty() ? "unknown" : processor},
                      {"instructions", at::get_cpu_capability()},
                      {"threads", at::get_num_threads()},
                      {"device", trainer.device().str()},
                      {"precision", trainer.precision()},
                      {"data", data_json(data)},
                      {"steps_per_epoch", trainer.steps_per_epoch()},
                      {"networks", networks_json(trainer, describe_networks(trainer))}});
}

std::string run_line(const Trainer& trainer, const Dataset& data) {
  std::string text =
      str("gan-train ", kVersion, ": ", counted(data.size(), "item"), " of ", to_string(data.shape),
          data.stored ? " read from disk" : "", ", ", counted(trainer.steps_per_epoch(), "step"),
          " per epoch on ", trainer.device().str(), " in ", trainer.precision(), ", ",
          counted(at::get_num_threads(), "thread"));
  if (const int ranks = trainer.ranks().size(); ranks > 1) {
    text += str(" on each of ", ranks, " ranks, ", trainer.config().train.batch_size / ranks,
                " images per batch each");
  }
  return text;
}

}  // namespace gan
