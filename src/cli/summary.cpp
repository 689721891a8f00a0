#include "summary.hpp"

#include <algorithm>
#include <cstdio>
#include <sstream>

#include <torch/torch.h>

#include "gan_train/config/option.hpp"

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

// Prints a row a layer; returns how many values an item's activations take.
std::int64_t print_layers(const char* title, torch::nn::Sequential net, torch::Tensor x) {
  const torch::NoGradGuard no_grad;
  std::printf("\n%s, %lld parameters\n", title, static_cast<long long>(count_parameters(*net)));
  net->eval();
  std::int64_t values = 0;
  std::int64_t index = 0;
  for (auto& layer : *net) {
    x = layer.forward(x);
    values += x.numel();
    const auto module = layer.ptr();
    std::printf("  %2lld  %-58s %12s %10lld\n", static_cast<long long>(index++),
                layer_text(*module).c_str(), shape_text(x).c_str(),
                static_cast<long long>(count_parameters(*module)));
  }
  net->train();
  return values;
}

double mib(double bytes) { return bytes / (1 << 20); }

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

  const auto options = torch::TensorOptions(trainer.device());
  const std::int64_t pack = config.model.pack;
  const auto& shape = trainer.shape();
  const Conditioning& conditioning = trainer.conditioning();
  const auto classes = torch::zeros({pack}, options.dtype(torch::kInt64));
  const auto g =
      print_layers("generator", trainer.networks.generator,
                   conditioning.generator_input(torch::zeros({1, config.model.latent_dim}, options),
                                                classes.narrow(0, 0, 1)));
  const auto d = print_layers(
      "discriminator", trainer.networks.discriminator,
      conditioning.discriminator_input(
          torch::zeros({pack, shape.channels, shape.height, shape.width}, options), classes));

  // Weights, gradients and Adam's two moments; activations and their gradients
  // of the fuller of the two updates: D on real and fake, or G through D.
  const double parameters = static_cast<double>(count_parameters(*trainer.networks.generator) +
                                                count_parameters(*trainer.networks.discriminator));
  const double weights = parameters * 4 * 4;
  const double activations =
      static_cast<double>(std::max(2 * d, g + d) * config.train.batch_size) * 4 * 2;
  const double samples = static_cast<double>(data.samples.nbytes());
  std::printf(
      "\nmemory, estimated: data %.1f MiB, weights and optimisers %.1f MiB, activations %.1f "
      "MiB, LibTorch itself about 200 MiB\n",
      mib(samples), mib(weights), mib(activations));
}

}  // namespace gan
