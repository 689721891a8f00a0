#include "summary.hpp"

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "gan_train/config/facts.hpp"

namespace gan {
namespace {

std::string shape_text(const torch::Tensor& tensor) {
  std::string text;
  for (const auto size : tensor.sizes().slice(1)) {
    text += (text.empty() ? "" : "x") + std::to_string(size);
  }
  return text.empty() ? "1" : text;
}

// The layer as LibTorch prints it, without its namespace.
std::string layer_text(const torch::nn::Module& module) {
  std::ostringstream out;
  module.pretty_print(out);
  std::string text = out.str();
  if (const auto prefix = text.find("torch::nn::"); prefix == 0) text.erase(0, 11);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text.size() > 58 ? text.substr(0, 55) + "..." : text;
}

struct Layer {
  std::string text;
  std::string shape;  // of what it gives
  std::int64_t parameters;
};

struct Network {
  const char* name;
  std::int64_t parameters;
  std::vector<Layer> layers;
  std::int64_t values = 0;  // that an item's activations take
};

Network look_through(const char* name, torch::nn::Sequential net, torch::Tensor x) {
  const torch::NoGradGuard no_grad;
  Network network{name, count_parameters(*net), {}};
  net->eval();
  for (auto& layer : *net) {
    x = layer.forward(x);
    network.values += x.numel();
    const auto module = layer.ptr();
    network.layers.push_back({layer_text(*module), shape_text(x), count_parameters(*module)});
  }
  net->train();
  return network;
}

std::vector<Network> networks_of(const Trainer& trainer) {
  const auto options = torch::TensorOptions(trainer.device());
  const std::int64_t pack = trainer.config().model.pack;
  const auto& shape = trainer.shape();
  const Conditioning& conditioning = trainer.conditioning();
  const auto classes = torch::zeros({pack}, options.dtype(torch::kInt64));
  const auto latents = torch::zeros({1, trainer.config().model.latent_dim}, options);
  const auto images = torch::zeros({pack, shape.channels, shape.height, shape.width}, options);
  return {look_through("generator", trainer.networks.generator,
                       conditioning.generator_input(latents, classes.narrow(0, 0, 1))),
          look_through("discriminator", trainer.networks.discriminator,
                       conditioning.discriminator_input(images, classes))};
}

// In bytes, estimated.
struct Memory {
  double data, weights, activations;
};

Memory memory_of(const Trainer& trainer, const Dataset& data, const std::vector<Network>& nets) {
  const auto [g, d] = std::pair(nets[0].values, nets[1].values);
  // Weights, gradients and Adam's two moments; activations and their gradients
  // of the fuller of the two updates: D on real and fake, or G through D.
  const auto parameters = static_cast<double>(nets[0].parameters + nets[1].parameters);
  const auto values = static_cast<double>(std::max(2 * d, g + d));
  return {.data = static_cast<double>(data.samples.nbytes()),
          .weights = parameters * 4 * 4,
          .activations = values * static_cast<double>(trainer.config().train.batch_size) * 4 * 2};
}

double mib(double bytes) { return bytes / (1 << 20); }

void print_layers(const Network& network) {
  std::printf("\n%s, %lld parameters\n", network.name, static_cast<long long>(network.parameters));
  std::size_t index = 0;
  for (const Layer& layer : network.layers) {
    std::printf("  %2zu  %-58s %12s %10lld\n", index++, layer.text.c_str(), layer.shape.c_str(),
                static_cast<long long>(layer.parameters));
  }
}

Json layers_json(const Network& network) {
  JsonArray layers;
  for (const Layer& layer : network.layers) {
    layers.push_back(JsonObject{
        {"layer", layer.text}, {"output", layer.shape}, {"parameters", layer.parameters}});
  }
  return JsonObject{{"parameters", network.parameters}, {"layers", std::move(layers)}};
}

}  // namespace

void print_summary(const Trainer& trainer, const Dataset& data) {
  const Config& config = trainer.config();
  std::printf("%s\n", to_yaml(config).c_str());
  std::printf("data: %s, %lld items of %s%s\n", data.source.c_str(),
              static_cast<long long>(data.size()), to_string(data.shape).c_str(),
              data.labels.defined() ? ", labelled" : "");
  std::printf("training: %lld epochs of %lld steps on %s\n",
              static_cast<long long>(config.train.epochs),
              static_cast<long long>(trainer.steps_per_epoch()), trainer.device().str().c_str());
  const auto nets = networks_of(trainer);
  for (const Network& network : nets) print_layers(network);
  const Memory memory = memory_of(trainer, data, nets);
  std::printf(
      "\nmemory, estimated: data %.1f MiB, weights and optimisers %.1f MiB, activations %.1f "
      "MiB, LibTorch itself about 200 MiB\n",
      mib(memory.data), mib(memory.weights), mib(memory.activations));
}

Json summary_json(const Trainer& trainer, const Dataset& data) {
  Config config = trainer.config();
  JsonObject keys;
  for (const Option& option : option_table(config)) {
    keys.push_back({option.key, json_value(option)});
  }
  const auto nets = networks_of(trainer);
  const Memory memory = memory_of(trainer, data, nets);
  const ImageShape& shape = data.shape;
  return JsonObject{
      {"config", std::move(keys)},
      {"data", JsonObject{{"source", data.source},
                          {"items", data.size()},
                          {"shape", JsonArray{shape.channels, shape.height, shape.width}},
                          {"labelled", data.labels.defined()}}},
      {"training", JsonObject{{"epochs", config.train.epochs},
                              {"steps_per_epoch", trainer.steps_per_epoch()},
                              {"device", trainer.device().str()},
                              {"precision", trainer.precision()}}},
      {"generator", layers_json(nets[0])},
      {"discriminator", layers_json(nets[1])},
      {"estimated_bytes", JsonObject{{"data", memory.data},
                                     {"weights_and_optimisers", memory.weights},
                                     {"activations", memory.activations}}}};
}

}  // namespace gan
