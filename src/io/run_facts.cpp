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

}  // namespace

std::string run_facts(const Trainer& trainer, const Dataset& data) {
  const auto rows = describe_networks(trainer);
  return to_json(JsonObject{
      {"gan_train", kVersion},
      {"libtorch", TORCH_VERSION},
      {"processor", processor()},
      {"instructions", at::get_cpu_capability()},
      {"threads", at::get_num_threads()},
      {"device", trainer.device().str()},
      {"precision", trainer.precision()},
      {"data", JsonObject{{"source", data.source},
                          {"items", data.size()},
                          {"shape", to_string(data.shape)},
                          {"labelled", data.labels.defined()},
                          {"on_disk", data.stored != nullptr}}},
      {"steps_per_epoch", trainer.steps_per_epoch()},
      {"networks",
       JsonObject{
           {"generator", network_json(*trainer.networks.generator, rows.generator)},
           {"discriminator", network_json(*trainer.networks.discriminator, rows.discriminator)}}}});
}

std::string run_line(const Trainer& trainer, const Dataset& data) {
  std::string text = str("gan-train ", kVersion, ": ", data.size(), " items of ",
                         to_string(data.shape), data.stored ? " read from disk" : "", ", ",
                         trainer.steps_per_epoch(), " steps an epoch on ", trainer.device().str(),
                         " in ", trainer.precision(), ", ", at::get_num_threads(), " threads");
  if (ranks().are_many()) {
    text += str(" on each of ", ranks().size(), " ranks, ",
                share_of(trainer.config().train.batch_size).count, " images a batch each");
  }
  return text;
}

}  // namespace gan
