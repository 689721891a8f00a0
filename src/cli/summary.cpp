#include "summary.hpp"

#include <algorithm>
#include <cstdio>

#include <torch/torch.h>

#include "gan_train/config/option.hpp"
#include "gan_train/train/describe.hpp"

namespace gan {
namespace {

// Prints a row a layer; returns how many values an item's activations take.
std::int64_t print_layers(const char* title, const torch::nn::Module& net,
                          const std::vector<LayerRow>& rows) {
  std::printf("\n%s, %lld parameters\n", title, static_cast<long long>(count_parameters(net)));
  std::int64_t values = 0;
  std::int64_t index = 0;
  for (const auto& row : rows) {
    values += row.values;
    const std::string text = row.text.size() > 58 ? row.text.substr(0, 55) + "..." : row.text;
    std::printf("  %2lld  %-58s %12s %10lld\n", static_cast<long long>(index++), text.c_str(),
                row.shape.c_str(), static_cast<long long>(row.parameters));
  }
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

  const auto rows = describe_networks(trainer);
  const auto g = print_layers("generator", *trainer.networks.generator, rows.generator);
  const auto d = print_layers("discriminator", *trainer.networks.discriminator, rows.discriminator);

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
