#include <algorithm>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gan_train/config/facts.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

// A key that only some values of another one give a meaning to.
struct Dependent {
  std::string_view key;
  bool has_meaning;
  std::string because;
};

std::vector<Dependent> dependents(const Config& config) {
  const auto& data = config.data;
  const auto& model = config.model;
  const auto& loss = config.loss;
  const auto is = [](std::string_view key, const auto& value) { return str(key, " = ", value); };
  const bool drawn = data.dataset == "shapes", folder = data.dataset == "folder";
  const bool made = drawn || data.dataset == "rings" || data.dataset == "stacked_mnist";
  const auto dataset = is("data.dataset", data.dataset), arch = is("model.arch", model.arch);
  const auto penalty = is("loss.penalty", loss.penalty);
  return {{"data.image_size", drawn || folder, dataset},
          {"data.channels", drawn || folder, dataset},
          {"data.skip_bad", folder, dataset},
          {"data.synthetic_size", made, dataset},
          {"model.upsampling", model.arch == "dcgan", arch},
          {"model.kernel", model.arch == "dcgan", arch},
          {"model.bias", model.arch != "mlp", arch},
          {"loss.penalty_weight", loss.penalty != "none", penalty},
          {"loss.penalty_every", loss.penalty != "none", penalty},
          {"loss.class_weight", model.conditional == "acgan",
           is("model.conditional", model.conditional)},
          {"optim.decay_start", config.optim.schedule != "constant",
           is("optim.schedule", config.optim.schedule)},
          {"output.keep_every", config.output.keep_last > 0,
           is("output.keep_last", config.output.keep_last)},
          {"eval.samples", config.eval.every > 0, is("eval.every", config.eval.every)}};
}

}  // namespace

std::vector<std::string> config_doubts(const Config& config) {
  const Json differences = differences_from_defaults(config);
  const auto& changed = std::get<JsonObject>(differences.value);
  const auto is_set = [&](std::string_view key) {
    return std::any_of(changed.begin(), changed.end(),
                       [&](const JsonMember& member) { return member.key == key; });
  };
  std::vector<std::string> doubts;
  for (const auto& [key, has_meaning, because] : dependents(config)) {
    if (!has_meaning && is_set(key)) {
      doubts.push_back(str(key, ": has no effect with ", because));
    }
  }
  if (config.loss.kind == "wasserstein" && config.loss.penalty == "none" &&
      config.loss.weight_clip == 0) {
    doubts.emplace_back(
        "loss.kind: wasserstein measures no distance while nothing bounds D's slope; set "
        "loss.penalty = wgan_gp or loss.weight_clip");
  }
  return doubts;
}

}  // namespace gan
