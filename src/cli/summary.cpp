#include "cli/summary.hpp"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include <torch/nn/module.h>

#include "config/facts.hpp"
#include "core/text.hpp"
#include "gan_train/config/option.hpp"
#include "run/run_facts.hpp"

namespace gan {
namespace {

// Estimated sizes in bytes.
struct Memory {
  double data, weights, activations, evaluation;
};

// Memory of evaluations: the test images, the samples and as many real images, two of these sets
// also as floats. If there are too few test images, training images are held out instead, which
// copies the remaining ones.
double evaluation_bytes(const Config& config, const Dataset& data) {
  if (config.eval.every == 0) return 0.0;
  const Dataset test = load_test_set(config.data).value_or(Dataset());
  const bool copies = test.size() < config.eval.samples;
  const auto bytes_of = [](const Dataset& set) {
    return set.samples.defined() ? static_cast<double>(set.samples.nbytes()) : 0.0;
  };
  const auto values = static_cast<double>(config.eval.samples * data.shape.size());
  const double sets = copies ? 3 : 2;
  return values * (sets * (data.has_pixels() ? 1 : 4) + 2 * 4) + bytes_of(test) +
         (copies ? bytes_of(data) : 0.0);
}

Memory memory_of(const Trainer& trainer, const Dataset& data, const NetworkRows& nets) {
  const auto values_of = [](const std::vector<LayerRow>& rows) {
    std::int64_t values = 0;
    for (const LayerRow& row : rows) values += row.values;
    return values;
  };
  const std::int64_t g = values_of(nets.generator), d = values_of(nets.discriminator);
  const bool is_bf16 = std::string_view(trainer.precision()) == "bf16";
  // Weights, gradients and Adam's two moments; activations and their gradients in the larger of the
  // two updates: D on real and fake images, or G through D.
  const auto parameters = static_cast<double>(count_parameters(*trainer.networks.generator) +
                                              count_parameters(*trainer.networks.discriminator));
  const auto values = static_cast<double>(std::max(2 * d, g + d));
  return {.data = data.stored ? 0.0 : static_cast<double>(data.samples.nbytes()),
          .weights = parameters * 4 * 4,
          .activations = values * static_cast<double>(trainer.config().train.batch_size) *
                         (is_bf16 ? 2 : 4) * 2,
          .evaluation = evaluation_bytes(trainer.config(), data)};
}

double mib(double bytes) { return bytes / (1 << 20); }

void print_layers(const char* name, const torch::nn::Module& net,
                  const std::vector<LayerRow>& rows) {
  std::printf("\n%s, %lld parameters\n", name, static_cast<long long>(count_parameters(net)));
  std::size_t index = 0;
  for (const LayerRow& row : rows) {
    const std::string text = row.text.size() > 58 ? row.text.substr(0, 55) + "..." : row.text;
    std::printf("  %2zu  %-58s %12s %10lld\n", index++, text.c_str(), row.shape.c_str(),
                static_cast<long long>(row.parameters));
  }
}

void print_text(const Trainer& trainer, const Dataset& data) {
  const Config& config = trainer.config();
  std::printf("%s\n", to_yaml(config).c_str());
  std::printf("data: %s, %lld items of %s%s%s\n", data.source.c_str(),
              static_cast<long long>(data.size()), to_string(data.shape).c_str(),
              data.labels.defined() ? ", labelled" : "", data.stored ? ", read from disk" : "");
  const Classes classes = classes_of(data);
  if (!classes.names.empty()) {
    std::printf("classes: %s\n", join_first(classes.names, classes.names.size()).c_str());
  }
  std::printf("training: %s of %s on %s\n", counted(config.train.epochs, "epoch").c_str(),
              counted(trainer.steps_per_epoch(), "step").c_str(), trainer.device().str().c_str());
  const NetworkRows nets = describe_networks(trainer);
  print_layers("generator", *trainer.networks.generator, nets.generator);
  print_layers("discriminator", *trainer.networks.discriminator, nets.discriminator);
  const Memory memory = memory_of(trainer, data, nets);
  std::printf(
      "\nmemory, estimated: data %.1f MiB, weights and optimisers %.1f MiB, activations %.1f "
      "MiB, ",
      mib(memory.data), mib(memory.weights), mib(memory.activations));
  if (memory.evaluation > 0) std::printf("evaluations %.1f MiB, ", mib(memory.evaluation));
  std::puts("LibTorch itself about 200 MiB");
}

Json summary_json(const Trainer& trainer, const Dataset& data) {
  Config config = trainer.config();
  Json keys = Json::object();
  for (const Option& option : option_table(config)) keys[option.key] = json_value(option);
  const NetworkRows nets = describe_networks(trainer);
  const Memory memory = memory_of(trainer, data, nets);
  return {{"config", std::move(keys)},
          {"data", data_json(data)},
          {"training",
           {{"epochs", config.train.epochs},
            {"steps_per_epoch", trainer.steps_per_epoch()},
            {"device", trainer.device().str()},
            {"precision", trainer.precision()}}},
          {"networks", networks_json(trainer, nets)},
          {"estimated_bytes",
           {{"data", memory.data},
            {"weights_and_optimisers", memory.weights},
            {"activations", memory.activations},
            {"evaluations", memory.evaluation}}}};
}

}  // namespace

void print_summary(const Trainer& trainer, const Dataset& data, const JsonOutput& json) {
  if (!json.is_printed()) print_text(trainer, data);
  if (json.is_wanted()) json.put(to_json(summary_json(trainer, data)));
}

}  // namespace gan
