#include "run_facts.hpp"

#include <fstream>

#include <ATen/Version.h>
#include <torch/torch.h>

#include "gan_train/core/error.hpp"
#include "gan_train/core/json.hpp"
#include "gan_train/core/text.hpp"
#include "gan_train/core/version.hpp"
#include "gan_train/dist/ranks.hpp"
#include "gan_train/train/describe.hpp"

namespace gan {
namespace {

// The processor by its name, where Linux tells it.
std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return std::string(trim(line.substr(line.find(':') + 1)));
  }
  return "unknown";
}

std::string network_json(const torch::nn::Module& net, const std::vector<LayerRow>& rows) {
  std::string json = str("{\"parameters\": ", count_parameters(net), ", \"layers\": [");
  const char* joint = "\n";
  for (const auto& row : rows) {
    json +=
        str(joint, "      {\"layer\": ", json_string(row.text),
            ", \"output\": ", json_string(row.shape), ", \"parameters\": ", row.parameters, "}");
    joint = ",\n";
  }
  return json + "\n    ]}";
}

}  // namespace

std::string run_facts(const Trainer& trainer, const Dataset& data) {
  const auto rows = describe_networks(trainer);
  return str("{\n  \"gan_train\": ", json_string(kVersion),
             ",\n  \"libtorch\": ", json_string(TORCH_VERSION),
             ",\n  \"processor\": ", json_string(processor()),
             ",\n  \"instructions\": ", json_string(at::get_cpu_capability()),
             ",\n  \"threads\": ", at::get_num_threads(),
             ",\n  \"device\": ", json_string(trainer.device().str()),
             ",\n  \"precision\": ", json_string(trainer.precision()),
             ",\n  \"data\": {\"source\": ", json_string(data.source), ", \"items\": ", data.size(),
             ", \"shape\": ", json_string(to_string(data.shape)),
             ", \"labelled\": ", data.labels.defined() ? "true" : "false",
             "},\n  \"steps_per_epoch\": ", trainer.steps_per_epoch(),
             ",\n  \"networks\": {\n    \"generator\": ",
             network_json(*trainer.networks.generator, rows.generator),
             ",\n    \"discriminator\": ",
             network_json(*trainer.networks.discriminator, rows.discriminator), "\n  }\n}\n");
}

std::string run_line(const Trainer& trainer, const Dataset& data) {
  std::string text =
      str("gan-train ", kVersion, ": ", data.size(), " items of ", to_string(data.shape), ", ",
          trainer.steps_per_epoch(), " steps an epoch on ", trainer.device().str(), " in ",
          trainer.precision(), ", ", at::get_num_threads(), " threads");
  if (ranks().are_many()) {
    text += str(" on each of ", ranks().size(), " ranks, ",
                share_of(trainer.config().train.batch_size).count, " images a batch each");
  }
  return text;
}

}  // namespace gan
