#include "run_facts.hpp"

#include <nlohmann/json.hpp>

#include <ATen/Version.h>
#include <torch/torch.h>

#include "gan_train/core/error.hpp"
#include "gan_train/core/file.hpp"
#include "gan_train/core/json.hpp"
#include "gan_train/core/version.hpp"
#include "gan_train/io/describe.hpp"

namespace gan {

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
  std::string text = str("gan-train ", kVersion, ": ", data.size(), " items of ",
                         to_string(data.shape), data.stored ? " read from disk" : "", ", ",
                         trainer.steps_per_epoch(), " steps an epoch on ", trainer.device().str(),
                         " in ", trainer.precision(), ", ", at::get_num_threads(), " threads");
  if (const int ranks = trainer.ranks().size(); ranks > 1) {
    text += str(" on each of ", ranks, " ranks, ", trainer.config().train.batch_size / ranks,
                " images per batch each");
  }
  return text;
}

}  // namespace gan
