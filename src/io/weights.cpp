#include "io/weights.hpp"

#include <algorithm>

#include "core/log.hpp"
#include "core/text.hpp"
#include "formats/safetensors.hpp"
#include "gan_train/core/error.hpp"
#include "io/checkpoint_values.hpp"
#include "io/foreign_weights.hpp"
#include "io/generator_metadata.hpp"
#include "io/memory_limit.hpp"
#include "models/tensors.hpp"

namespace gan {
namespace {

struct WeightsFile {
  explicit WeightsFile(const std::filesystem::path& path)
      : name(path.string()), bytes(read_file(path)) {
    if (!is_safetensors(bytes)) {
      root = parse_pt(bytes, name);
      has_config = is_gan_train(root);
      return;
    }
    auto content = parse_safetensors(bytes, name);
    root = std::move(content.tensors);
    has_config = is_gan_train(content.metadata);
  }

  std::string name;
  Bytes bytes;  // root's tensors point into it
  PtDict root;
  bool has_config = false;  // whether it contains a config of gan-train
};

// `role` names the weights in errors if the file itself has no key for them.
void take(const ForeignWeights& found, torch::nn::Module& network, const std::string& name,
          const std::string& role) {
  const auto& place = found.path.empty() ? role : found.path;
  copy_into(found.weights, network, name + (place.empty() ? "" : ": " + shown(place)),
            found.prefix);
}

ForeignWeights find_generator(const WeightsFile& file, const torch::nn::Module& network,
                              bool averaged) {
  const auto found = find_weights(file.root, network, {.averaged = averaged});
  if (!found) throw run_error(file.name, ": holds no tensors");
  return *found;
}

// Logs which part of the file was taken, if not all of it, and the assumed epsilon.
void log_choice(const ForeignWeights& found, const torch::nn::Module& network,
                const ModelConfig& config, const std::string& name) {
  if (!found.path.empty() || !found.prefix.empty()) {
    const auto others =
        found.others.empty() ? "" : "; others that fit: " + join(found.others, ", ");
    log::info(str(name, ": uses ", place_of(found.path, found.prefix), others));
  }
  const auto buffers = network.named_buffers();
  const bool normed = std::ranges::any_of(
      buffers, [](const auto& item) { return item.key().ends_with("running_var"); });
  if (normed && config.norm_eps == ModelConfig().norm_eps) {
    log::info(str(name, ": batch norm's epsilon is unknown; model.norm_eps = ",
                  format_double(config.norm_eps), " is assumed"));
  }
}

}  // namespace

LoadedGenerator load_generator(const std::filesystem::path& path, const Config& config,
                               const ImageShape& shape, const Classes& classes) {
  const WeightsFile file(path);
  if (file.has_config) {
    throw usage_error(file.name, ": has its own config; leave out option config");
  }
  LoadedGenerator loaded{.config = config, .shape = shape, .classes = classes};
  build_within(file.root, file.name,
               [&] { loaded.generator = make_generator(config.model, shape, classes.count); });
  const auto found = find_generator(file, *loaded.generator, /*averaged=*/true);
  take(found, *loaded.generator, file.name, "");
  log_choice(found, *loaded.generator, config.model, file.name);
  loaded.generator->eval();
  return loaded;
}

bool init_from(const std::filesystem::path& path, Trainer& trainer) {
  const WeightsFile file(path);
  auto& generator = *trainer.networks.generator;
  const auto found = find_generator(file, generator, /*averaged=*/false);
  take(found, generator, file.name, "generator");
  if (trainer.ema) {
    take(find_generator(file, *trainer.ema, /*averaged=*/true), *trainer.ema, file.name,
         "generator");
  }
  if (!file.has_config) log_choice(found, generator, trainer.config().model, file.name);
  auto& discriminator = *trainer.networks.discriminator;
  const auto other = find_weights(file.root, discriminator, {.discriminator = true});
  if (!other || (!other->complete && !other->named)) return false;
  take(*other, discriminator, file.name, "discriminator");
  return true;
}

}  // namespace gan
